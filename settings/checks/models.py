"""Rules about models: their machine, and what they share with other models."""

from collections.abc import Iterator
from pathlib import Path

from components import versions
from settings.base import suggestion
from settings.checks.finding import duplicates, known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.machines import Role
from settings.stack import Settings


def unique_models(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Two models with one name would be one Deployment."""
    models = list(enumerate(settings.models))

    def in_namespace(key: str, names: list[tuple[int, str, str]]) -> Iterator[Mistake]:
        entries = (
            (f"models[{i}].{key}", f"{space}/{name}") for i, space, name in names if present(space, name)
        )
        yield from duplicates(entries, "a name of its own in the namespace", "rename one")

    yield from in_namespace("name", [(i, m.namespace, m.name) for i, m in models])
    yield from in_namespace("storage.claim", [(i, m.namespace, m.storage.claim) for i, m in models])
    yield from in_namespace("service.name", [(i, m.namespace, m.service.name) for i, m in models])
    yield from duplicates(
        ((f"models[{i}].storage.volume", m.storage.volume) for i, m in models),
        "a volume of its own: volumes have no namespace",
        "rename one",
    )
    yield from duplicates(
        [
            *(
                (f"models[{i}].service.nodePort", m.service.node_port)
                for i, m in models
                if not known(m.rollout, m.rollout.strategy, m.rollout.split_by) or not m.rollout.routed
            ),
            *(
                (f"models[{i}].rollout.tracks[{j}].nodePort", track.node_port)
                for i, m in models
                for j, track in enumerate(m.rollout.tracks)
            ),
        ],
        "a port of its own",
        "give one another port from 30000 to 32767",
    )


def models_machine(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The pods run where the files are, so that machine must take pods, and have the GPUs."""
    if not owned(settings, Layer.CLUSTER) or not known(settings.machines, *settings.machines):
        return
    machines = {machine.name: machine for machine in settings.machines}
    if not known(*machines):
        return
    workers = [name for name, machine in machines.items() if machine.role is Role.WORKER]
    gpu_workers = [name for name in workers if machines[name].gpu is not None]
    for index, model in enumerate(settings.models):
        wants_gpu = known(model.gpu) and model.gpu > 0
        gpus_known = known(*(machine.gpu for machine in machines.values()))
        if wants_gpu and gpus_known and not gpu_workers:
            yield mistake(
                f"models[{index}].gpu",
                model.gpu,
                "0 on a cluster whose workers have no GPU",
                "set gpu: true on the worker that has GPUs, or gpu: 0 here",
            )
        if not present(model.files.machine):
            continue
        name, path = str(model.files.machine), f"models[{index}].files.machine"
        if name not in machines:
            close = suggestion(name, list(machines))
            hint = f"did you mean {close}?" if close else "correct the name, or add the machine"
            yield mistake(path, name, f"a worker: {', '.join(workers) or 'there is none'}", hint)
        elif machines[name].role is Role.CONTROL_PLANE:
            yield mistake(
                path,
                f"{name}, a control plane",
                f"a worker: {', '.join(workers) or 'there is none'}",
                "name a worker: pods are kept away from control planes",
            )
        elif wants_gpu and gpus_known and gpu_workers and name not in gpu_workers:
            yield mistake(
                path,
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
            yield mistake("images", key, f"the keys {', '.join(keys)}", hint)


CHECKS = (
    unique_models,
    models_machine,
    known_images,
)
