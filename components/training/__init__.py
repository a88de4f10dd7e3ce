"""Training: Jobs of one or more workers that resume from checkpoints."""
