"""How the GPUs of a node are offered: the configuration of NVIDIA's device plugin."""

from typing import Any

import yaml

from settings.gpu import SharingSettings
from settings.gpu_resources import GPU


def plugin_config(sharing: SharingSettings) -> str:
    """The device plugin's configuration file, version v1. docs/gpu.md says what each way costs."""
    config: dict[str, Any] = {
        "version": "v1",
        "flags": {
            "migStrategy": "none" if sharing.mig is None else sharing.mig.value,
            # The container runtime puts devices into a container by itself, from a description that the
            # plugin writes. So pods need no runtime class, and a daemon-reload of systemd on the machine
            # takes no GPU away from a running container, as it does with a runtime that slips them in
            # behind its back.
            "plugin": {"deviceListStrategy": ["cdi-cri"]},
        },
    }
    if sharing.time_slicing is not None:
        config["sharing"] = {
            "timeSlicing": {
                # A name of its own, so that a quota for whole GPUs is not spent on turns.
                "renameByDefault": True,
                # Two turns may be on the same GPU: they would give nothing that one does not.
                "failRequestsGreaterThanOne": True,
                "resources": [{"name": GPU, "replicas": sharing.time_slicing.replicas}],
            }
        }
    return yaml.safe_dump(config, sort_keys=False)
