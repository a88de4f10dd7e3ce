"""Rules about where a model's pods may run."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.gpu import MachineGpuSettings
from settings.layers import Layer
from settings.paths import at, each
from settings.placement import Machines, Spread
from settings.stack import Settings


def placement_fits_gpus(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A pod that asks for a GPU and is kept off every machine that has one waits for ever."""
    for path, model in each(settings.models, at.models):
        gpu, placement, product = model.gpu, model.placement, model.product
        if present(gpu, placement):
            if gpu and placement is Machines.CPU:
                yield mistake(
                    path.placement,
                    f"{placement}, with gpu: {gpu}",
                    "gpu, or nothing, for a model that takes GPUs",
                    "leave it out, or set gpu: 0",
                )
            if not gpu and placement is Machines.GPU:
                yield mistake(
                    path.gpu,
                    f"{gpu}, with placement: {placement}",
                    "1 or more on GPU machines: they are kept for work that takes their GPUs",
                    "leave gpu out for one GPU, or leave placement out",
                )
        if present(gpu, product) and not gpu and known(placement) and placement is not Machines.GPU:
            yield mistake(
                path.product,
                f"{product}, with gpu: 0",
                "a GPU's product, for a model that takes GPUs",
                "set gpu: 1, or leave product out",
            )


def spread_has_room(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Files on one machine hold every replica there; the second would wait for a machine without them."""
    for path, model in each(settings.models, at.models):
        required = known(model.spread) and model.spread is Spread.REQUIRE
        if required and present(model.replicas, model.files.machine) and model.replicas > 1:
            yield mistake(
                path.spread,
                f"{model.spread}, with {model.replicas} replicas and files on {model.files.machine} alone",
                f"{Spread.PREFER}, or nothing, where one machine has the files",
                "leave it out, or set replicas: 1",
            )


def allowed_where_files_are(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The pods run where the files are; a machine that is kept for GPU work takes no others."""
    if not owned(settings, Layer.CLUSTER):
        return
    machines = {machine.name: machine for machine in settings.machines if known(machine, machine.name)}
    for path, model in each(settings.models, at.models):
        if not known(model.gpu, model.placement, model.files, model.files.machine):
            continue
        if model.gpu or model.placement is Machines.GPU:
            continue
        machine = machines.get(model.files.machine or "")
        if machine is None or machine.gpu is None or not _known(machine.gpu):
            continue
        if model.placement is Machines.CPU or machine.gpu.dedicated:
            yield mistake(
                path.files.machine,
                f"{machine.name}, whose GPUs this model does not ask for",
                "a machine that takes the model's pods",
                "put the files on a machine without GPUs, set gpu: 1, or let the machine take other work "
                "with gpu.dedicated: false",
            )


def product_there(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Where the settings know the product of each machine, one that none has would be waited for in vain."""
    if not owned(settings, Layer.CLUSTER):
        return
    machines = {machine.name: machine for machine in settings.machines if known(machine, machine.name)}
    for path, model in each(settings.models, at.models):
        if not present(model.product, model.files, model.files.machine):
            continue
        machine = machines.get(model.files.machine or "")
        if machine is None or machine.gpu is None or not _known(machine.gpu):
            continue
        if machine.gpu.product not in (None, model.product):
            yield mistake(
                path.product,
                f"{model.product}, with files on {machine.name}",
                f"{machine.gpu.product}, which {machine.name} has",
                "put the files on a machine with the product, or correct one of them",
            )


def _known(gpu: MachineGpuSettings) -> bool:
    return known(gpu, gpu.count, gpu.product, gpu.sharing, gpu.dedicated)


CHECKS = (placement_fits_gpus, allowed_where_files_are, product_there, spread_has_room)
