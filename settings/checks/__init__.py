"""Rules that look at more than one field, or outside the settings. One module per concept."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks import (
    alerting,
    autoscaling,
    cluster,
    files,
    gpu,
    grafana,
    layers,
    logging,
    machines,
    models,
    monitored,
    monitoring,
    placement,
    platform,
    queueing,
    ranges,
    rollouts,
    server,
    teams,
    training,
    workloads,
)
from settings.checks.finding import Check
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.stack import Settings

# Rules are asked about the layers that the stack owns: the others' settings are not its own.
CHECKS: tuple[tuple[Layer | None, tuple[Check, ...]], ...] = (
    (None, layers.CHECKS),
    (Layer.CLUSTER, machines.CHECKS + gpu.MACHINE_CHECKS + ranges.CHECKS + cluster.CHECKS),
    (
        Layer.PLATFORM,
        platform.CHECKS
        + teams.CHECKS
        + queueing.CHECKS
        + gpu.PLATFORM_CHECKS
        + autoscaling.OF_PLATFORM
        + monitoring.CHECKS
        + monitored.OF_PLATFORM
        + grafana.CHECKS
        + logging.CHECKS
        + alerting.CHECKS,
    ),
    (
        Layer.MODELS,
        models.CHECKS
        + files.CHECKS
        + placement.CHECKS
        + gpu.MODEL_CHECKS
        + autoscaling.OF_MODELS
        + rollouts.CHECKS
        + server.CHECKS
        + training.CHECKS
        + monitored.OF_MODELS
        + workloads.CHECKS,
    ),
)


def find_mistakes(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """Every mistake between fields. Values that could not be read are passed over."""
    for layer, checks in CHECKS:
        if layer is None or owned(settings, layer):
            for check in checks:
                yield from check(settings, directory)
