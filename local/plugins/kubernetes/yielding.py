"""What an update leaves to others: ignored fields, and the replicas of what an autoscaler may scale.

An apply takes away what its manager owned and no longer sends, and conflicts over what another manager owns.
So a field that is to stay is sent with its live value while it is ours, and not at all once it is theirs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.plugins.kubernetes.kinds import group_kind
from local.plugins.paths import joined, leads_to, within

# Kinds whose replicas become one where nobody says how many.
_SCALED = frozenset({"apps/Deployment", "apps/ReplicaSet", "apps/StatefulSet"})
_LEFT_OUT = object()

Fields = Mapping[str, Any]
"""Of managedFields: `f:` and a key, `k:` and the keys of a list's item, `v:` and a value."""


def may_yield(inputs: Mapping[str, Any], ignored: Sequence[str]) -> bool:
    """Whether what to send depends on what is there."""
    return bool(ignored) or _is_unscaled(inputs)


def yielding(
    inputs: Mapping[str, Any], live: Mapping[str, Any], ignored: Sequence[str], manager: str
) -> dict[str, Any]:
    """The inputs as they are to be sent over the live object, which keeps the ignored paths as they are."""
    entries = live["metadata"].get("managedFields") or []
    ours, theirs = [], []
    for entry in entries:
        own = entry.get("manager") == manager and entry.get("operation") == "Apply"
        (ours if own else theirs).append(entry.get("fieldsV1") or {})
    sent = _walked(inputs, live, ours, theirs, "", ignored) if ignored else dict(inputs)
    if _is_unscaled(sent) and _below(_below(ours, "f:spec"), "f:replicas"):
        # A program that stops saying how many leaves it to an autoscaler: not to the default.
        sent["spec"] = {**sent["spec"], "replicas": live["spec"]["replicas"]}
    return sent


def _is_unscaled(inputs: Mapping[str, Any]) -> bool:
    return group_kind(inputs) in _SCALED and "replicas" not in inputs.get("spec", {})


def _walked(
    value: Any, live: Any, ours: list[Fields], theirs: list[Fields], path: str, ignored: Sequence[str]
) -> Any:
    if any(within(path, one) for one in ignored):
        return _kept(value, live, ours, theirs)
    if not any(leads_to(path, one) for one in ignored):
        return value
    if isinstance(value, Mapping):
        found = {
            key: _walked(
                inner,
                live.get(key) if isinstance(live, Mapping) else None,
                _below(ours, f"f:{key}"),
                _below(theirs, f"f:{key}"),
                joined(path, key),
                ignored,
            )
            for key, inner in value.items()
        }
        return {key: inner for key, inner in found.items() if inner is not _LEFT_OUT}
    if isinstance(value, list):
        return _walked_list(value, live, ours, theirs, path, ignored)
    return value


def _walked_list(
    value: list[Any], live: Any, ours: list[Fields], theirs: list[Fields], path: str, ignored: Sequence[str]
) -> Any:
    there = live if isinstance(live, list) else []
    if not any(_item_keys(fields) for fields in (*ours, *theirs)):
        # A list that only one manager has at a time, as a whole.
        if theirs and not ours:
            return _LEFT_OUT
        return [
            _walked(item, there[index] if index < len(there) else None, ours, [], f"{path}[{index}]", ignored)
            for index, item in enumerate(value)
        ]
    found = [
        _walked(
            item,
            _counterpart(item, there, (*ours, *theirs)),
            _of_item(ours, item),
            _of_item(theirs, item),
            f"{path}[{index}]",
            ignored,
        )
        for index, item in enumerate(value)
    ]
    return [item for item in found if item is not _LEFT_OUT]


def _kept(value: Any, live: Any, ours: list[Fields], theirs: list[Fields]) -> Any:
    """What to send of something that is to stay as it is."""
    if theirs and not ours:
        return _LEFT_OUT
    if live is None:
        return value
    if isinstance(value, Mapping) and isinstance(live, Mapping) and any(ours):
        found = {
            key: _kept(inner, live.get(key), _below(ours, f"f:{key}"), _below(theirs, f"f:{key}"))
            for key, inner in value.items()
        }
        return {key: inner for key, inner in found.items() if inner is not _LEFT_OUT}
    return live


def _below(fields: Iterable[Fields], key: str) -> list[Fields]:
    """What each manager that has the key has below it."""
    return [one[key] for one in fields if key in one]


def _item_keys(fields: Fields) -> list[str]:
    return [key for key in fields if key.startswith(("k:", "v:"))]


def _of_item(managers: Iterable[Fields], item: Any) -> list[Fields]:
    return [fields[key] for fields in managers for key in _item_keys(fields) if _names(key, item)]


def _counterpart(item: Any, there: Iterable[Any], managers: Iterable[Fields]) -> Any:
    """The live item that is the same one, wherever in the list it stands."""
    keys = [key for fields in managers for key in _item_keys(fields) if _names(key, item)]
    return next((one for one in there if any(_names(key, one) for key in keys)), None)


def _names(key: str, one: Any) -> bool:
    """Whether a key of managedFields names the item; what an item does not say has its default: TCP."""
    kind, named = key[:2], json.loads(key[2:])
    if kind == "v:":
        return one == named
    return isinstance(one, Mapping) and all(one.get(name, value) == value for name, value in named.items())
