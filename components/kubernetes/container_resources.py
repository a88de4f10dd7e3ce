"""Resource requests and limits of containers: CPU, memory and local ephemeral storage."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgs

# By default the kubelet keeps five log files of 10Mi per container; the rest is for small files. Without a
# limit, one container that keeps writing puts the node under DiskPressure and gets other pods evicted.
DISK_REQUEST = "64Mi"
DISK_LIMIT = "1Gi"
EPHEMERAL_STORAGE = "ephemeral-storage"


def resource_requirements(requests: Mapping[str, str], limits: Mapping[str, str]) -> ResourceRequirementsArgs:
    """Requests and limits of a container; ephemeral-storage has defaults."""
    return ResourceRequirementsArgs(
        requests={EPHEMERAL_STORAGE: DISK_REQUEST, **requests},
        limits={EPHEMERAL_STORAGE: DISK_LIMIT, **limits},
    )
