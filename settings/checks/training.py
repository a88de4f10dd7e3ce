"""Rules about training jobs."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import duplicates, is_file, known, mistake, present
from settings.checks.layers import own_machines
from settings.errors import Mistake
from settings.machines import Role
from settings.paths import at, each
from settings.placement import Machines
from settings.stack import Settings


def unique_names(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A job's account, policy and Service have its name, as a model's have that of the model."""
    taken = {
        (model.namespace, name): place
        for path, model in each(settings.models, at.models)
        for place, name in ((path.name, model.name), (path.service.name, model.service.name))
    }
    allowed, do = "a name that no other job, model or Service of the namespace has", "rename one"
    names = []
    for path, job in each(settings.training, at.training):
        if not known(job.namespace, job.name):
            continue
        if other := taken.get((job.namespace, job.name)):
            yield mistake(path.name, f"{job.namespace}/{job.name}, as {other} has it", allowed, do)
        names.append((path.name, f"{job.namespace}/{job.name}"))
    yield from duplicates(names, allowed, do)


def a_program(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """Workers run a script or a command."""
    for path, job in each(settings.training, at.training):
        if not known(job.script, job.command):
            continue
        if job.script is None and not job.command:
            yield mistake(
                path.script,
                "missing, and no command either",
                "a Python file, or a command that the image has",
                "add one of them",
            )
        if job.script is not None and not is_file(directory / Path(job.script).expanduser()):
            yield mistake(
                path.script,
                f"{job.script}, which is not a file",
                "a Python file on this computer",
                "correct the path",
            )


def machine_there(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Workers run where their directory is, so that machine must take them, and have the GPUs."""
    machines = own_machines(settings)
    if machines is None:
        return
    workers = [name for name, machine in machines.items() if machine.role is Role.WORKER]
    for path, job in each(settings.training, at.training):
        if not present(job.directory, job.directory.machine):
            continue
        name, place = str(job.directory.machine), path.directory.machine
        if name not in workers:
            what = "a control plane" if name in machines else "which is no machine"
            yield mistake(
                place,
                f"{name}, {what}",
                f"a worker: {', '.join(workers) or 'there is none'}",
                "name a worker: the job runs where its directory is",
            )
        elif known(job.gpu) and job.gpu and known(machines[name].gpu) and not machines[name].gpu:
            yield mistake(
                place,
                f"{name}, which has no GPU",
                "a worker with gpu",
                "choose a machine with GPUs: the job runs where its directory is",
            )


def fits_gpus(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A worker that asks for a GPU and is kept off every machine that has one waits for ever."""
    for path, job in each(settings.training, at.training):
        if not known(job.gpu, job.placement, job.product):
            continue
        if job.gpu and job.placement is Machines.CPU:
            yield mistake(
                path.placement,
                f"{job.placement}, with gpu: {job.gpu}",
                "gpu, or nothing, for a job that takes GPUs",
                "leave it out, or set gpu: 0",
            )
        if not job.gpu and (job.placement is Machines.GPU or job.product is not None):
            yield mistake(
                path.gpu,
                f"{job.gpu}, with placement or product of GPU machines",
                "1 or more on GPU machines: they are kept for work that takes their GPUs",
                "set gpu: 1, or leave placement and product out",
            )


CHECKS = (
    unique_names,
    a_program,
    machine_there,
    fits_gpus,
)
