"""What pods write to their logs: collected on each node, kept for a while, and looked at."""
