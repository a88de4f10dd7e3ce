"""Rules about what runs in pods, whether it serves or trains."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.models import ModelSettings
from settings.paths import SettingPath, at, each
from settings.quantities import quantity_value
from settings.stack import Settings
from settings.training import TrainingSettings


def _workloads(settings: Settings) -> Iterator[tuple[SettingPath, ModelSettings | TrainingSettings]]:
    yield from each(settings.models, at.models)
    yield from each(settings.training, at.training)


def namespaces_there(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Namespaces are the platform's; nothing can be put where there is none."""
    platform = settings.platform
    if not owned(settings, Layer.PLATFORM) or not known(platform, platform.namespaces, platform.teams):
        return
    namespaces = platform.namespace_names
    if not known(*namespaces):
        return
    for path, entry in _workloads(settings):
        if known(entry.namespace) and entry.namespace not in namespaces:
            there = ", ".join(namespaces) or "there is none"
            yield mistake(
                path.namespace,
                entry.namespace,
                f"one of platform.namespaces or platform.teams: {there}",
                "add it to one of them, or correct it",
            )


def requests_within_limits(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server refuses a pod that asks for more than it may take."""
    for path, entry in _workloads(settings):
        requests, limits = entry.resources.requests, entry.resources.limits
        for key, asked, most in (
            ("cpu", requests.cpu, limits.cpu),
            ("memory", requests.memory, limits.memory),
        ):
            if present(asked, most) and quantity_value(asked) > quantity_value(most):
                yield mistake(
                    path.resources.requests[key],
                    f"{asked}, with a limit of {most}",
                    f"at most resources.limits.{key}",
                    "lower the request or raise the limit",
                )


CHECKS = (namespaces_there, requests_within_limits)
