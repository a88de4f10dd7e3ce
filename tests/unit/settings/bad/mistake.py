"""What a bad setting looks like in the tables beside."""

from dataclasses import dataclass, field
from typing import Any

from tests.unit.settings.given import HOST_KEY


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A mistake and what is said about it."""

    change: dict[str, Any]
    at: str
    says: tuple[str, ...]
    also_at: tuple[str, ...] = field(default=())


def inventory(**changes: Any) -> dict[str, Any]:
    """A server that exists, as a second worker."""
    machine = {"name": "gpu-1", "role": "worker", "address": "10.77.0.13", "podRange": "10.244.13.0/24"}
    return {**machine, "hostKey": HOST_KEY, **changes}
