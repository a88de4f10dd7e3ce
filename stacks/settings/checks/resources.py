"""Rules about what pods ask for, whether they serve or train."""

from collections.abc import Iterator
from pathlib import Path

from stacks.settings.checks.finding import mistake, present
from stacks.settings.errors import Mistake
from stacks.settings.fields import quantity_value
from stacks.settings.stack import Settings


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


CHECKS = (requests_within_limits,)
