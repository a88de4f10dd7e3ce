"""What a pod is for, which decides whose pods go first when a cluster is full."""

from enum import StrEnum


class Priority(StrEnum):
    """What a pod is for. The value is the name of the PriorityClass, as `priorityClassName` wants it."""

    SERVING = "serving"
    TRAINING = "training"
    BEST_EFFORT = "best-effort"
