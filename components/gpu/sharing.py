"""GPU sharing: the configuration of NVIDIA's device plugin, with time-slicing or MIG."""

from typing import Any

import yaml

from settings.gpu import SharingSettings
from settings.gpu_resources import GPU


def plugin_config(sharing: SharingSettings) -> str:
    """The device plugin's configuration file, version v1. docs/gpu.md describes the trade-offs."""
    config: dict[str, Any] = {
        "version": "v1",
        "flags": {
            "migStrategy": "none" if sharing.mig is None else sharing.mig.value,
            # containerd itself adds the devices to a container, from the CDI specification that the plugin
            # writes. So pods need no RuntimeClass, and a daemon-reload of systemd on the node takes no GPU
            # away from a running container, as it does where the NVIDIA runtime's hook adds the devices
            # without containerd's knowledge.
            "plugin": {"deviceListStrategy": ["cdi-cri"]},
        },
    }
    if sharing.time_slicing is not None:
        config["sharing"] = {
            "timeSlicing": {
                # nvidia.com/gpu.shared, so that a quota of nvidia.com/gpu does not count replicas.
                "renameByDefault": True,
                # Two replicas may be on the same GPU: they give no more than one.
                "failRequestsGreaterThanOne": True,
                "resources": [{"name": GPU, "replicas": sharing.time_slicing.replicas}],
            }
        }
    return yaml.safe_dump(config, sort_keys=False)
