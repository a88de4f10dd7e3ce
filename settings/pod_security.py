"""Which pods the API server takes in a namespace."""

from enum import StrEnum


class PodSecurity(StrEnum):
    """The levels of the Pod Security Standards."""

    RESTRICTED = "restricted"  # no root, no host, no privileges
    BASELINE = "baseline"  # also images that run as root; nothing of the host
    PRIVILEGED = "privileged"  # everything: whoever may start a pod owns the machines
