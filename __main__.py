"""Reads the settings, builds the layers that this stack owns and exports their outputs. Nothing else."""

from collections.abc import Mapping
from typing import Any

import pulumi

from stacks import cluster, models, platform, references
from stacks.registrations import wait_by_registration
from stacks.settings import Layer, Settings, load
from stacks.traces import short_traces


def main(settings: Settings) -> None:
    """Build the layers, lowest first. One that another stack owns is read from there."""
    owns, upstream = settings.owns, settings.upstream
    if owns(Layer.CLUSTER):
        below = cluster.build(settings)
        export(below.exports())
    else:
        below = references.cluster_of(upstream.stack(Layer.CLUSTER))
    if owns(Layer.PLATFORM):
        offered = platform.build(settings, below)
        export(offered.exports())
    elif owns(Layer.MODELS):
        offered = references.platform_of(upstream.stack(Layer.PLATFORM))
    else:
        return
    if owns(Layer.MODELS):
        export(models.build(settings, below, offered).exports())


def export(outputs: Mapping[str, Any]) -> None:
    """Show a layer's outputs as outputs of the stack."""
    for name, value in outputs.items():
        pulumi.export(name, value)


wait_by_registration()
with short_traces():
    main(load(pulumi.Config(), pulumi.get_stack()))
