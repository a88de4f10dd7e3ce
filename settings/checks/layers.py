"""Rules about layers, and about the stacks that own the others."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake
from settings.errors import Mistake
from settings.layers import Layer
from settings.machines import MachineSettings
from settings.paths import at
from settings.stack import Settings

ORDER = list(Layer)


def layers_in_one_piece(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A layer between two of this stack's would be owned by a stack that stands on this one and under it."""
    layers = list(settings.layers)
    if known(settings.layers, *layers) and not _in_one_piece(layers):
        yield mistake(
            at.layers,
            ", ".join(layers) or "none",
            f"one or more of {', '.join(ORDER)}, each once, in this order and without a gap",
            "put them in order, give them to stacks of their own, or leave the key out for all",
        )


def _in_one_piece(layers: list[Layer]) -> bool:
    """Whether this is a piece of all layers in their order."""
    if not layers or layers[0] not in ORDER:
        return False
    start = ORDER.index(layers[0])
    return layers == ORDER[start : start + len(layers)]


def owned(settings: Settings, layer: Layer) -> bool:
    """Whether the stack owns the layer; when the list cannot be read, no."""
    return layer in settings.layers


def settings_of_other_layers(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Settings of a layer that this stack does not own would change nothing, silently."""
    if not _in_one_piece(list(settings.layers)):
        return
    # The schema's empty defaults, and the cluster's name, which load() fills in, are not "given".
    given = {
        "cluster": (Layer.CLUSTER, known(settings.cluster) and settings.cluster.model_fields_set > {"name"}),
        "machines": (Layer.CLUSTER, bool(settings.machines)),
        "platform": (Layer.PLATFORM, known(settings.platform) and bool(settings.platform.model_fields_set)),
        "models": (Layer.MODELS, bool(settings.models)),
        "training": (Layer.MODELS, bool(settings.training)),
    }
    for key, (layer, is_given) in given.items():
        if is_given and layer not in settings.layers:
            yield mistake(
                at[key],
                f"settings of the layer {layer}, which this stack does not own",
                f"settings of {', '.join(settings.layers)}",
                f"move {key} to the stack that owns {layer}, or add {layer} to metalml:layers",
            )


def upstream_where_needed(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Each layer below this stack's needs a stack; a layer of this stack's own must not have another one."""
    layers = list(settings.layers)
    if not known(settings.upstream) or not _in_one_piece(layers):
        return
    lowest = ORDER.index(layers[0])
    for layer, stack in (
        (Layer.CLUSTER, settings.upstream.cluster),
        (Layer.PLATFORM, settings.upstream.platform),
    ):
        below = ORDER.index(layer) < lowest
        path = at.upstream[layer]
        if below and stack is None:
            yield mistake(
                path,
                "missing",
                f"the name of the stack that owns {layer}, such as prod-{layer}",
                f"add it; it is found by itself only for a stack whose name ends in -{layers[0]}",
            )
        if not below and present_name(stack):
            yield mistake(
                path,
                stack,
                "a stack only for layers below this stack's own",
                f"remove the line: this stack has no use for the outputs of another {layer}",
            )


def present_name(stack: str | None) -> bool:
    """Whether an upstream stack was named."""
    return stack is not None and known(stack)


CHECKS = (layers_in_one_piece, settings_of_other_layers, upstream_where_needed)


def own_machines(settings: Settings) -> dict[str, MachineSettings] | None:
    """The machines of the stack by name; None where another stack owns them, or one could not be read."""
    if not owned(settings, Layer.CLUSTER) or not known(settings.machines, *settings.machines):
        return None
    machines = {machine.name: machine for machine in settings.machines}
    return machines if known(*machines) else None
