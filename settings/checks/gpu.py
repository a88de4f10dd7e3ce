"""Rules about GPUs: which machines have them, how they are offered, and whether what is asked for exists."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from settings.base import suggestion
from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.gpu import MOST_GPUS, GpuSettings, MigStrategy, SharingSettings
from settings.gpu_resources import DEFAULT_SHARING, GPU, MIG_RESOURCES, SHARED_GPU
from settings.layers import Layer
from settings.machines import MachineSettings, Role
from settings.paths import SettingPath, at, each
from settings.stack import Settings


def gpus_on_workers(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Pods are kept away from control planes, so GPUs there would never be used."""
    for path, machine in each(settings.machines, at.machines):
        if present(machine, machine.gpu) and known(machine.role) and machine.role is Role.CONTROL_PLANE:
            yield mistake(
                path.gpu,
                f"GPUs of {machine.name}, a control plane",
                "GPUs of workers",
                "make it a worker, or leave gpu out",
            )


def known_sharing(settings: Settings, _: Path) -> Iterator[Mistake]:
    """No device plugin runs on a machine whose way of sharing does not exist, so it would offer nothing."""
    offered = settings.platform.gpu
    if not owned(settings, Layer.PLATFORM) or not known(offered):
        return
    names = [] if offered is None else list(offered.sharing)
    if not known(*names):
        return
    for path, machine in each(settings.machines, at.machines):
        if not present(machine, machine.gpu) or not present(chosen := machine.gpu and machine.gpu.sharing):
            continue
        if chosen not in names:
            close = suggestion(str(chosen), names)
            yield mistake(
                path.gpu.sharing,
                chosen,
                f"a name of platform.gpu.sharing: {', '.join(names) or 'there is none'}",
                f"did you mean {close}?" if close else "add it there, or leave it out",
            )


def one_way_of_sharing(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Slices of a GPU are resources of their own names; which of them took turns would be guesswork."""
    offered = settings.platform.gpu
    if not present(offered) or offered is None or not known(offered.sharing):
        return
    for name, sharing in offered.sharing.items():
        if present(name, sharing, sharing.time_slicing, sharing.mig):
            yield mistake(
                at.platform.gpu.sharing[name],
                "timeSlicing and mig",
                "one of them",
                "remove one: MIG divides a GPU, time slicing lets pods take turns on all of it",
            )


def gpus_there(
    settings: Settings, path: SettingPath, *, asked: int, resource: str, machines: Sequence[MachineSettings]
) -> Iterator[Mistake]:
    """Whether one of these machines can give a pod that many of the resource; else the pod waits for ever."""
    offered = settings.platform.gpu
    if not machines or offered is None:
        return
    ways = {machine.name: _sharing(machine, offered) for machine in machines}
    fitting = [machine for machine in machines if _offers(ways[machine.name], resource)]
    if not fitting:
        yield mistake(
            path.gpu_resource,
            resource,
            "; ".join(f"{_resource(way)} of {name}" for name, way in ways.items()),
            "ask for what the machines offer, or change their gpu.sharing",
        )
        return
    most = {machine.name: _most_for_one_pod(machine, ways[machine.name]) for machine in fitting}
    if asked > max(most.values()):
        have = ", ".join(f"{name}: {number}" for name, number in most.items())
        yield mistake(
            path.gpu,
            asked,
            f"at most {max(most.values())}, since all GPUs of a pod are on one machine ({have})",
            "ask for less, or correct gpu.count of the machine",
        )


def _sharing(machine: MachineSettings, offered: GpuSettings) -> SharingSettings:
    chosen = machine.gpu.sharing if machine.gpu is not None else None
    return offered.sharing.get(chosen or DEFAULT_SHARING, SharingSettings())


def _resource(way: SharingSettings) -> str:
    if way.mig is MigStrategy.MIXED:
        return f"{MIG_RESOURCES}<profile>"
    return SHARED_GPU if way.time_slicing is not None else GPU


def _offers(way: SharingSettings, resource: str) -> bool:
    if way.mig is MigStrategy.MIXED:
        return resource.startswith(MIG_RESOURCES)
    return resource == _resource(way)


def _most_for_one_pod(machine: MachineSettings, way: SharingSettings) -> int:
    if way.time_slicing is not None:
        return 1
    count = machine.gpu.count if machine.gpu is not None else None
    # Slices are more than GPUs, and how many there are is known on the machine only.
    return MOST_GPUS if count is None or way.mig is not None else count


def models_gpus(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What a model's pods ask for is there, where they can run."""
    if not owned(settings, Layer.CLUSTER) or not owned(settings, Layer.PLATFORM):
        return
    if not known(settings.platform.gpu, settings.machines, *settings.machines):
        return
    workers = [machine for machine in settings.machines if _usable(machine)]
    for path, model in each(settings.models, at.models):
        if not known(model.gpu, model.gpu_resource, model.files, model.files.machine) or not model.gpu:
            continue
        yield from gpus_there(
            settings,
            path,
            asked=model.gpu,
            resource=model.gpu_resource,
            machines=[machine for machine in workers if model.files.machine in (None, machine.name)],
        )


def _usable(machine: MachineSettings) -> bool:
    gpu = machine.gpu
    if not present(gpu) or gpu is None or not known(machine.name, machine.role, gpu.count, gpu.sharing):
        return False
    return machine.role is Role.WORKER


MACHINE_CHECKS = (gpus_on_workers, known_sharing)
PLATFORM_CHECKS = (one_way_of_sharing,)
MODEL_CHECKS = (models_gpus,)
