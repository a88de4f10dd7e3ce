"""Rules about Grafana."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.errors import Mistake
from settings.gpu import MigStrategy
from settings.grafana import GrafanaSettings
from settings.paths import at, each
from settings.stack import Settings

GRAFANA = at.platform.monitoring.grafana


def _wanted(settings: Settings) -> GrafanaSettings | None:
    # What could not be read is as false as what is not there.
    monitoring = settings.platform.monitoring
    return (monitoring.grafana or None) if monitoring else None


def port_of_its_own(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server gives a port of the nodes to one Service only."""
    grafana, gateway = _wanted(settings), settings.platform.gateway
    if grafana is None or not present(grafana.node_port):
        return
    taken = [
        (path.service.node_port, one.service.node_port) for path, one in each(settings.models, at.models)
    ]
    taken += [
        (place.node_port, track.node_port)
        for path, one in each(settings.models, at.models)
        for place, track in each(one.rollout.tracks, path.rollout.tracks)
        if track.node_port is not None
    ]
    if gateway:
        taken.append((at.platform.gateway.node_port, gateway.node_port))
    for path, other in taken:
        if known(other) and other == grafana.node_port:
            yield mistake(
                GRAFANA.node_port,
                f"{other}, as {path} has it",
                "a port of its own",
                "give one another port from 30000 to 32767",
            )


def price_of_what_is_divided(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A turn or a slice that costs nothing would make whoever uses them look free."""
    grafana, gpu = _wanted(settings), settings.platform.gpu
    if grafana is None or not grafana.prices or not gpu or not known(gpu.sharing, *gpu.sharing.values()):
        return
    divided = any(one.time_slicing or one.mig is MigStrategy.MIXED for one in gpu.sharing.values())
    if divided and grafana.prices.part_of_gpu is None:
        yield mistake(
            GRAFANA.prices.part_of_gpu,
            "missing, and platform.gpu.sharing divides GPUs",
            "what an hour of a turn or of a slice costs",
            "add it",
        )


CHECKS = (port_of_its_own, price_of_what_is_divided)
