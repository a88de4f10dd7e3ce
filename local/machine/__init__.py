"""What a local machine stands on: its root filesystem."""
