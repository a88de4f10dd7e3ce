"""Rules about what runs in pods, whether it serves or trains."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.quantities import quantity_value
from settings.stack import Settings


def namespaces_there(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Namespaces are the platform's; nothing can be put where there is none."""
    platform = settings.platform
    if not owned(settings, Layer.PLATFORM) or not known(platform, platform.namespaces, platform.teams):
        return
    namespaces = platform.namespace_names
    if not known(*namespaces):
        return
    for key, entries in (("models", settings.models), ("training", settings.training)):
        for index, entry in enumerate(entries):
            if known(entry.namespace) and entry.namespace not in namespaces:
                there = ", ".join(namespaces) or "there is none"
                yield mistake(
                    f"{key}[{index}].namespace",
                    entry.namespace,
                    f"one of platform.namespaces or platform.teams: {there}",
                    "add it to one of them, or correct it",
                )


def requests_within_limits(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server refuses a pod that asks for more than it may take."""
    for key, entries in (("models", settings.models), ("training", settings.training)):
        for index, entry in enumerate(entries):
            requests, limits = entry.resources.requests, entry.resources.limits
            for amount, asked, most in (
                ("cpu", requests.cpu, limits.cpu),
                ("memory", requests.memory, limits.memory),
            ):
                if present(asked, most) and quantity_value(asked) > quantity_value(most):
                    yield mistake(
                        f"{key}[{index}].resources.requests.{amount}",
                        f"{asked}, with a limit of {most}",
                        f"at most resources.limits.{amount}",
                        "lower the request or raise the limit",
                    )


CHECKS = (namespaces_there, requests_within_limits)
