"""Queues for training: work waits for its team's share, is not refused, and borrows what others leave."""
