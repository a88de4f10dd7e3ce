"""The GPUs of a machine, and how the platform offers GPUs to pods."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.base import Model, wrong
from settings.fields import Label, LabelValue
from settings.gpu_resources import GPU, MIG_RESOURCES, SHARED_GPU

# 16 GPUs is the most that one server has today (HGX with two baseboards).
MOST_GPUS = 16
GPU_RESOURCE = re.compile(rf"{re.escape(GPU)}|{re.escape(SHARED_GPU)}|{re.escape(MIG_RESOURCES)}[0-9a-z.-]+")


class MachineGpuSettings(Model):
    """The GPUs of one machine; `gpu: true` is the same with all defaults."""

    count: Annotated[int, Field(ge=1, le=MOST_GPUS)] | None = None
    """How many there are. `null`: only the machine knows, so no request is held against it beforehand."""

    product: LabelValue | None = None
    """Label `nvidia.com/gpu.product` of the node, by which models and queues choose, such as `NVIDIA-L40S`.

    `null`: the node has no such label.
    """

    sharing: Label | None = None
    """How they are offered: a name in `platform.gpu.sharing`.

    `null`: `default` there, or whole if there is none.
    """

    dedicated: bool = True
    """Whether pods that ask for no GPU are kept off, by the taint `nvidia.com/gpu=present:NoSchedule`."""


def _machine_gpu(value: Any) -> Any:
    if value is True:
        return {}
    if value is False:
        return None
    if value is None or not isinstance(value, dict | MachineGpuSettings):
        raise wrong("true or false, or a group such as {count: 8, product: NVIDIA-L40S}")
    return value


MachineGpu = Annotated[MachineGpuSettings | None, BeforeValidator(_machine_gpu)]


def _gpu_resource(value: Any) -> str:
    if not isinstance(value, str) or not GPU_RESOURCE.fullmatch(value):
        raise wrong(f"{GPU}, {SHARED_GPU}, or a slice such as {MIG_RESOURCES}1g.10gb")
    return value


GpuResource = Annotated[str, BeforeValidator(_gpu_resource)]


class MigStrategy(StrEnum):
    """How a GPU's slices are named as resources."""

    SINGLE = "single"
    """`nvidia.com/gpu` is a slice: for nodes whose slices are all of one size."""
    MIXED = "mixed"
    """`nvidia.com/mig-1g.10gb` and so on: one resource for each size."""


class TimeSlicingSettings(Model):
    """Several pods take turns on one GPU."""

    # More than 100 would not fit on a node, which takes 110 pods by default.
    replicas: Annotated[int, Field(ge=2, le=100)]
    """Pods on each GPU."""


class SharingSettings(Model):
    """How a node's GPUs are offered: by one of the keys, or, with none, each GPU whole to one container."""

    time_slicing: TimeSlicingSettings | None = None
    """Pods take turns on all of a GPU, as `nvidia.com/gpu.shared`. `null`: they do not."""

    mig: MigStrategy | None = None
    """How the slices are named into which MIG divides a GPU. `null`: it is not divided."""


class GpuSettings(Model):
    """What makes the GPUs of the nodes a resource that pods can ask for."""

    sharing: dict[Label, SharingSettings] = Field(default_factory=dict)
    """Ways to offer GPUs, by names of your own.

    A machine chooses one with `gpu.sharing`; those that choose none get `default`.
    """

    metrics: bool = True
    """Whether DCGM exporter tells Prometheus use, memory, temperature, power and errors of each GPU."""
