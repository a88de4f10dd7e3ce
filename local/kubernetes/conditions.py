"""What an object's status says of it."""

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]


def condition(live: Object, name: str) -> Mapping[str, Any]:
    """The status condition of that type, or an empty one."""
    for found in (live.get("status") or {}).get("conditions") or []:
        if found["type"] == name:
            return found
    return {}


def words_of(live: Object, name: str) -> str:
    """A condition in words."""
    found = condition(live, name)
    return f"condition {name} is {found.get('status', 'not there')} {found.get('message', '')}".strip()
