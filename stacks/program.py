"""The Pulumi program: the layers that a stack owns, lowest first, and their stack outputs."""

from collections.abc import Mapping
from typing import Any

import pulumi

from settings import Layer, Settings
from stacks import cluster, models, platform, references
from stacks.traces import without_traces


@without_traces()
def build(settings: Settings) -> None:
    """Build the layers that the stack owns; read outputs of other layers through StackReferences."""
    owns, upstream = settings.owns, settings.upstream
    if owns(Layer.CLUSTER):
        below = cluster.build(settings)
        _export(below.exports())
    else:
        below = references.cluster_of(upstream.stack(Layer.CLUSTER))
    if owns(Layer.PLATFORM):
        offered = platform.build(settings, below)
        _export(offered.exports())
    elif owns(Layer.MODELS):
        offered = references.platform_of(upstream.stack(Layer.PLATFORM))
    else:
        return
    if owns(Layer.MODELS):
        _export(models.build(settings, below, offered).exports())


def _export(outputs: Mapping[str, Any]) -> None:
    for name, value in outputs.items():
        pulumi.export(name, value)
