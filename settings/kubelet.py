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
    nodefs_available_percent: Percent = 10
    imagefs_available_percent: Percent = 15


class KubeletSettings(Model):
    """The settings that end in each node's KubeletConfiguration."""

    # 110 pods: the kubelet's default, and what Kubernetes is tested with; a /24 podRange holds it.
    max_pods: Annotated[int, Field(ge=4, le=500)] = 110
    # For sshd, journald and the like. 100m and 256Mi: what an idle Debian 12 with sshd uses, doubled.
    system_reserved: ReservedSettings = ReservedSettings(cpu="100m", memory="256Mi")
    # For kubelet and containerd.
    kube_reserved: ReservedSettings = ReservedSettings(cpu="100m", memory="256Mi")
    eviction_hard: EvictionSettings = EvictionSettings()
    # Images are collected from 85 % disk use down to 80 %: the kubelet's defaults.
    image_gc_high_percent: Percent = 85
    image_gc_low_percent: Percent = 80
    # 10Mi in 5 files per container: the kubelet's defaults, so a loud container holds 50Mi at most.
    container_log_max_size: Quantity = "10Mi"
    container_log_max_files: Annotated[int, Field(ge=2, le=100)] = 5
    # Processes per pod. The kubelet's default is no limit, so one fork bomb would take the node down.
    pod_pids_limit: Annotated[int, Field(ge=64, le=1_000_000)] = 4096
