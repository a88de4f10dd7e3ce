"""How the GPUs of a node are offered: the configuration of NVIDIA's device plugin."""

from dataclasses import dataclass
from typing import Any, Literal

import yaml

from settings.gpu_resources import GPU


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """One way to offer GPUs. The default: each GPU whole, to one container at a time.

    That is the only way in which nobody else touches the memory or the speed of what a pod asked for.
    """

    time_slicing: int | None = None
    """Pods that take turns on each GPU, as `nvidia.com/gpu.shared`.

    Costs: turns are all that is divided. Every pod sees the whole memory, so one that takes it all ends the
    others with out-of-memory errors; a fault of one can end all; n busy pods each have about 1/n of the
    speed, less for the switching; and DCGM's figures cannot be told apart by pod. For pods that trust each
    other, such as small models and notebooks that are idle most of the time.
    """
    mig: Literal["single", "mixed"] | None = None
    """GPUs that were divided into slices (Multi-Instance GPU; A100, H100 and newer), offered one by one.

    `single`: a slice is called `nvidia.com/gpu`, for nodes whose slices are all of one size. `mixed`: by
    their sizes, such as `nvidia.com/mig-1g.10gb`. Costs: memory and speed are walled off for each slice,
    and bound to it, also while the others are idle; a few percent of the GPU belong to no slice; a pod
    cannot have more than one slice's memory; and slices are made on the machine, when nothing runs on the
    GPU (docs/gpu.md).
    """

    def __post_init__(self) -> None:
        if self.time_slicing is not None and self.time_slicing < 2:
            raise ValueError(f"time_slicing must be 2 or more pods for each GPU, got {self.time_slicing}")
        if self.time_slicing is not None and self.mig is not None:
            raise ValueError("a GPU is either time-sliced or divided by MIG; set one of them")


def plugin_config(sharing: Sharing) -> str:
    """The device plugin's configuration file, version v1."""
    config: dict[str, Any] = {
        "version": "v1",
        "flags": {
            "migStrategy": sharing.mig or "none",
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
                "resources": [{"name": GPU, "replicas": sharing.time_slicing}],
            }
        }
    return yaml.safe_dump(config, sort_keys=False)
