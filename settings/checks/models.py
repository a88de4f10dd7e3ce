"""Rules about models: their machine, and what they share with other models."""

from collections.abc import Iterator
from pathlib import Path

from components import versions
from settings.base import suggestion
from settings.checks.finding import duplicates, known, mistake, present
from settings.checks.layers import own_machines
from settings.errors import Mistake
from settings.machines import Role
from settings.paths import at, each
from settings.stack import Settings


def unique_models(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Two models with one name would be one Deployment."""
    models = list(each(settings.models, at.models))
    for names in (
        [(path.name, m.namespace, m.name) for path, m in models],
        [(path.storage.claim, m.namespace, m.storage.claim) for path, m in models],
        [(path.service.name, m.namespace, m.service.name) for path, m in models],
    ):
        entries = ((path, f"{space}/{name}") for path, space, name in names if present(space, name))
        yield from duplicates(entries, "a name of its own in the namespace", "rename one")
    yield from duplicates(
        ((path.storage.volume, m.storage.volume) for path, m in models),
        "a volume of its own: volumes have no namespace",
        "rename one",
    )
    yield from duplicates(
        [
            *(
                (path.service.node_port, m.service.node_port)
                for path, m in models
                if not known(m.rollout, m.rollout.strategy, m.rollout.split_by) or not m.rollout.routed
            ),
            *(
                (place.node_port, track.node_port)
                for path, m in models
                for place, track in each(m.rollout.tracks, path.rollout.tracks)
            ),
        ],
        "a port of its own",
        "give one another port from 30000 to 32767",
    )


def models_machine(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The pods run where the files are, so that machine must take pods, and have the GPUs."""
    machines = own_machines(settings)
    if machines is None:
        return
    workers = [name for name, machine in machines.items() if machine.role is Role.WORKER]
    gpu_workers = [name for name in workers if machines[name].gpu is not None]
    for path, model in each(settings.models, at.models):
        wants_gpu = known(model.gpu) and model.gpu > 0
        gpus_known = known(*(machine.gpu for machine in machines.values()))
        if wants_gpu and gpus_known and not gpu_workers:
            yield mistake(
                path.gpu,
                model.gpu,
                "0 on a cluster whose workers have no GPU",
                "set gpu: true on the worker that has GPUs, or gpu: 0 here",
            )
        if not present(model.files.machine):
            continue
        name, place = str(model.files.machine), path.files.machine
        if name not in machines:
            close = suggestion(name, list(machines))
            hint = f"did you mean {close}?" if close else "correct the name, or add the machine"
            yield mistake(place, name, f"a worker: {', '.join(workers) or 'there is none'}", hint)
        elif machines[name].role is Role.CONTROL_PLANE:
            yield mistake(
                place,
                f"{name}, a control plane",
                f"a worker: {', '.join(workers) or 'there is none'}",
                "name a worker: pods are kept away from control planes",
            )
        elif wants_gpu and gpus_known and gpu_workers and name not in gpu_workers:
            yield mistake(
                place,
                f"{name}, which has no GPU",
                f"a worker with gpu: true: {', '.join(gpu_workers)}",
                "put the files on a GPU worker: the pods run where the files are",
            )


def known_images(settings: Settings, _: Path) -> Iterator[Mistake]:
    """An override of an image that nothing uses would be ignored, silently."""
    if not known(settings.images):
        return
    keys = [*versions.IMAGES, *versions.UNPUBLISHED]
    for key in settings.images:
        if key not in keys:
            close = suggestion(key, keys)
            hint = f"did you mean {close}?" if close else "remove it"
            yield mistake(at.images, key, f"the keys {', '.join(keys)}", hint)


CHECKS = (
    unique_models,
    models_machine,
    known_images,
)
