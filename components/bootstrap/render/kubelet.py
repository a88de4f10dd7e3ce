"""The kubelet's configuration of one machine: a drop-in for the KubeletConfiguration that kubeadm writes."""

from typing import Any

import yaml

from components.machines.facts import Facts
from settings.kubelet import KubeletSettings


def kubelet_config(settings: KubeletSettings, facts: Facts) -> str:
    """A KubeletConfiguration as YAML. The order of keys is fixed: a preview shows one line per change."""
    config: dict[str, Any] = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "maxPods": settings.max_pods,
        "podPidsLimit": settings.pod_pids_limit,
        "systemReserved": settings.system_reserved.amounts,
        "kubeReserved": settings.kube_reserved.amounts,
        "evictionHard": {
            "memory.available": settings.eviction_hard.memory_available,
            "nodefs.available": f"{settings.eviction_hard.nodefs_available_percent}%",
            "imagefs.available": f"{settings.eviction_hard.imagefs_available_percent}%",
        },
        "imageGCHighThresholdPercent": settings.image_gc_high_percent,
        "imageGCLowThresholdPercent": settings.image_gc_low_percent,
        "containerLogMaxSize": settings.container_log_max_size,
        "containerLogMaxFiles": settings.container_log_max_files,
        # Port 10255 has no authentication: any client could read all pod specs.
        "readOnlyPort": 0,
        "seccompDefault": True,
        "cgroupDriver": "systemd" if facts.cgroup == "v2" else "cgroupfs",
    }
    if facts.cgroup == "v1":
        # Since 1.35 the kubelet fails on cgroup v1 by default.
        config["failCgroupV1"] = False
    if facts.open_files < 1_000_000:
        # The kubelet's default is a million; it exits if it cannot set this limit.
        config["maxOpenFiles"] = facts.open_files
    if facts.container:
        # /proc/swaps shows the host's swap.
        config["failSwapOn"] = False
    return yaml.safe_dump(config, sort_keys=False)
