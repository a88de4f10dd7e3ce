"""Which pods the API server takes in a namespace."""

from enum import StrEnum


class PodSecurity(StrEnum):
    """The levels of the Pod Security Standards."""

    RESTRICTED = "restricted"
    """No root, no host, no privileges."""
    BASELINE = "baseline"
    """Also images that run as root; nothing of the host."""
    PRIVILEGED = "privileged"
    """Everything: whoever may start a pod owns the machines."""
