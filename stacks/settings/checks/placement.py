"""Rules about where a model's pods may run."""

from collections.abc import Iterator
from pathlib import Path

from components.serving.placement import Machines, Spread
from stacks.settings.checks.finding import known, mistake, present
from stacks.settings.errors import Mistake
from stacks.settings.stack import Settings


def placement_fits_gpus(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A pod that asks for a GPU and is kept off every machine that has one waits for ever."""
    for index, model in enumerate(settings.models):
        gpu, placement, product = model.gpu, model.placement, model.product
        if present(gpu, placement):
            if gpu and placement is Machines.CPU:
                yield mistake(
                    f"models[{index}].placement",
                    f"{placement}, with gpu: {gpu}",
                    "gpu, or nothing, for a model that takes GPUs",
                    "leave it out, or set gpu: 0",
                )
            if not gpu and placement is Machines.GPU:
                yield mistake(
                    f"models[{index}].gpu",
                    f"{gpu}, with placement: {placement}",
                    "1 or more on GPU machines: they are kept for work that takes their GPUs",
                    "leave gpu out for one GPU, or leave placement out",
                )
        elif present(gpu, product) and not gpu:
            yield mistake(
                f"models[{index}].product",
                f"{product}, with gpu: 0",
                "a GPU's product, for a model that takes GPUs",
                "set gpu: 1, or leave product out",
            )


def spread_has_room(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Files on one machine hold every replica there; the second would wait for a machine without them."""
    for index, model in enumerate(settings.models):
        required = known(model.spread) and model.spread is Spread.REQUIRE
        if required and present(model.replicas, model.files.machine) and model.replicas > 1:
            yield mistake(
                f"models[{index}].spread",
                f"{model.spread}, with {model.replicas} replicas and files on {model.files.machine} alone",
                f"{Spread.PREFER}, or nothing, where one machine has the files",
                "leave it out, or set replicas: 1",
            )


CHECKS = (placement_fits_gpus, spread_has_room)
