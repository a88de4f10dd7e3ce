"""What differs between two versions of an object's inputs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.fixed import needs_replacement
from local.plugins.paths import joined, within


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property that differs."""

    path: str
    kind: str
    """`add`, `delete` or `update`."""
    replaces: bool


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], ignored: Iterable[str], replaced: frozenset[str]
) -> list[Change]:
    """The changes from `old` to `new`, but for the ignored paths.

    `replaced` are kinds whose contents the provider's settings let nobody change in place.
    """
    imported = "uid" in (old.get("metadata") or {})
    return [
        Change(path=path, kind=kind, replaces=needs_replacement(old, new, path, replaced))
        for path, kind in _differences(old, new)
        if not any(within(path, one) for one in ignored)
        # Of an object taken over as it is, the program says only a part.
        and not (imported and kind == "delete")
    ]


def _differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            inner = joined(path, key)
            if key not in new:
                yield inner, "delete"
            elif key not in old:
                yield inner, "add"
            else:
                yield from _differences(old[key], new[key], inner)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            inner = f"{path}[{index}]"
            if index >= len(new):
                yield inner, "delete"
            elif index >= len(old):
                yield inner, "add"
            else:
                yield from _differences(old[index], new[index], inner)
    elif old != new:
        yield path, "update"
