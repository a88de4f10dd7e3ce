"""Rules about what models and trainings want of monitoring, and about alerts of the settings."""

from collections.abc import Iterator
from pathlib import Path

from components.monitoring.rules.values import RUNBOOKS
from stacks.settings.checks.finding import duplicates, known, mistake, present
from stacks.settings.checks.layers import owned
from stacks.settings.errors import Mistake
from stacks.settings.layers import Layer
from stacks.settings.stack import Settings


def somebody_looks(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Objectives are rules of a Prometheus; without one nobody would ever hear."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.monitoring):
        return
    if settings.platform.monitoring is not None:
        return
    for index, model in enumerate(settings.models):
        if present(model.objectives):
            yield mistake(
                f"models[{index}].objectives",
                "given, without platform.monitoring",
                "with platform.monitoring",
                "add monitoring: {} to the platform, or leave it out",
            )


def own_alerts(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Two alerts of one name are one for whoever is told."""
    monitoring = settings.platform.monitoring
    if not present(monitoring) or monitoring is None or not known(monitoring.rules):
        return
    entries = [
        (f"platform.monitoring.rules.alerts[{index}].name", alert.name)
        for index, alert in enumerate(monitoring.rules.alerts)
    ]
    ours = {page.stem for page in RUNBOOKS.glob("*.md")}
    for path, name in entries:
        if name in ours:
            yield mistake(
                path, name, "a name that none of ours has: docs/runbooks lists them", "choose another name"
            )
    yield from duplicates(entries, "each name once", "rename one")


OF_PLATFORM = (own_alerts,)
OF_MODELS = (somebody_looks,)
