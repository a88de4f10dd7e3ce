"""What a container may take of its node: CPU, memory, and of the disk."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgs

# The kubelet keeps five log files of 10Mi of each container by default; the rest is for small files. Without
# a limit one container that writes without end has the whole node's pods evicted.
DISK_REQUEST = "64Mi"
DISK_LIMIT = "1Gi"
EPHEMERAL_STORAGE = "ephemeral-storage"


def compute(requests: Mapping[str, str], limits: Mapping[str, str]) -> ResourceRequirementsArgs:
    """The requests and limits of a container, with those of the node's disk where none are given."""
    return ResourceRequirementsArgs(
        requests={EPHEMERAL_STORAGE: DISK_REQUEST, **requests},
        limits={EPHEMERAL_STORAGE: DISK_LIMIT, **limits},
    )
