"""What a pod is for, which decides whose pods go first when a cluster is full."""

from enum import StrEnum


class Priority(StrEnum):
    """What a pod is for. The value is the name of the PriorityClass, as `priorityClassName` wants it."""

    SERVING = "serving"
    """Takes the place of all others."""
    TRAINING = "training"
    """Takes the place of `best-effort`, and of pods without a priority."""
    BEST_EFFORT = "best-effort"
    """Waits, takes nobody's place, and gives way to all."""
