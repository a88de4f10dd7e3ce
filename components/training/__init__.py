"""Training: jobs of one or more workers that go on from their checkpoints."""
