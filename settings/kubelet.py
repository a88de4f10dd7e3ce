"""What the kubelet of every node reserves, evicts, collects and logs."""

from typing import Annotated

from pydantic import Field

from settings.base import Model
from settings.compute import ComputeSettings
from settings.fields import Percent, Quantity


class ReservedSettings(ComputeSettings):
    """What a node keeps back from pods."""


class EvictionSettings(Model):
    """Below these the kubelet evicts pods at once. The defaults are the kubelet's own."""

    memory_available: Quantity = "100Mi"
    """Memory that is free."""

    nodefs_available_percent: Percent = 10
    """Percent of the kubelet's filesystem (volumes, logs) that are free."""

    imagefs_available_percent: Percent = 15
    """Percent of the filesystem of images and containers that are free."""


class KubeletSettings(Model):
    """The settings that end in each node's KubeletConfiguration."""

    # The kubelet's default, and what Kubernetes is tested with.
    max_pods: Annotated[int, Field(ge=4, le=500)] = 110
    """Pods of one node at most.

    With `network: routed` each machine's `podRange` needs room for them; a `/24` has it for 110.
    """

    # What an idle Debian 12 with sshd uses, doubled.
    system_reserved: ReservedSettings = ReservedSettings(cpu="100m", memory="256Mi")
    """What the node keeps back for sshd, journald and the like."""

    kube_reserved: ReservedSettings = ReservedSettings(cpu="100m", memory="256Mi")
    """What the node keeps back for kubelet and containerd."""

    eviction_hard: EvictionSettings = EvictionSettings()
    """When the kubelet evicts pods at once."""

    # Both percentages, and size and number of logs: the kubelet's defaults.
    image_gc_high_percent: Percent = 85
    """Percent of the disk in use from which on the kubelet deletes images that nobody uses."""

    image_gc_low_percent: Percent = 80
    """Percent of the disk in use down to which it deletes them; less than `imageGcHighPercent`."""

    container_log_max_size: Quantity = "10Mi"
    """Size at which a container's log is rotated."""

    container_log_max_files: Annotated[int, Field(ge=2, le=100)] = 5
    """Log files of one container. With both defaults a loud container holds 50Mi at most."""

    pod_pids_limit: Annotated[int, Field(ge=64, le=1_000_000)] = 4096
    """Processes of one pod at most.

    The kubelet's own default is no limit, with which one fork bomb takes the node down.
    """
