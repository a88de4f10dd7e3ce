"""The kubelet's settings of one machine, as a drop-in over what kubeadm writes for the cluster."""

from dataclasses import dataclass
from typing import Any

import yaml

from components.bootstrap.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What a node keeps back from pods (Kubernetes quantities)."""

    cpu: str
    memory: str


@dataclass(frozen=True, kw_only=True)
class KubeletArgs:
    """The settings of the kubelet that users choose."""

    max_pods: int
    system_reserved: Reserved
    kube_reserved: Reserved
    eviction_memory_available: str
    eviction_nodefs_available_percent: int
    eviction_imagefs_available_percent: int
    image_gc_high_percent: int
    image_gc_low_percent: int
    container_log_max_size: str
    container_log_max_files: int
    pod_pids_limit: int


def kubelet_config(args: KubeletArgs, facts: Facts) -> str:
    """A KubeletConfiguration; keys in a fixed order, so that a changed setting is one changed line."""
    config: dict[str, Any] = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "maxPods": args.max_pods,
        "podPidsLimit": args.pod_pids_limit,
        "systemReserved": {"cpu": args.system_reserved.cpu, "memory": args.system_reserved.memory},
        "kubeReserved": {"cpu": args.kube_reserved.cpu, "memory": args.kube_reserved.memory},
        "evictionHard": {
            "memory.available": args.eviction_memory_available,
            "nodefs.available": f"{args.eviction_nodefs_available_percent}%",
            "imagefs.available": f"{args.eviction_imagefs_available_percent}%",
        },
        "imageGCHighThresholdPercent": args.image_gc_high_percent,
        "imageGCLowThresholdPercent": args.image_gc_low_percent,
        "containerLogMaxSize": args.container_log_max_size,
        "containerLogMaxFiles": args.container_log_max_files,
        # Port 10255 has no authentication: whoever reaches it reads every pod's specification.
        "readOnlyPort": 0,
        "seccompDefault": True,
        "cgroupDriver": "systemd" if facts.cgroup == "v2" else "cgroupfs",
    }
    if facts.cgroup == "v1":
        # Since 1.35 the kubelet refuses this hierarchy unless told otherwise.
        config["failCgroupV1"] = False
    if facts.open_files < 1_000_000:
        # The kubelet's default is a million; it exits where it may not set its own limit.
        config["maxOpenFiles"] = facts.open_files
    if facts.container:
        # /proc/swaps is the host's.
        config["failSwapOn"] = False
    return yaml.safe_dump(config, sort_keys=False)
