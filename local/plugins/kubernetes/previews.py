"""What the API server would make of an object, asked without making it."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.plugins.kubernetes.client import ApiError
from local.plugins.kubernetes.kinds import UnknownKind, group_kind
from local.plugins.kubernetes.objects import Objects, made_by
from local.plugins.provider import Failed
from local.plugins.values import UNKNOWN, has_unknown

# What a dry run makes up, and the real creation makes up anew.
_MADE_UP = ("uid", "resourceVersion", "creationTimestamp")


def previewed_creation(objects: Objects | None, inputs: dict[str, Any], manager: str) -> dict[str, Any]:
    """The object as it would be; the inputs, where the API server cannot say. Raises Failed if it refuses."""
    if objects is None or has_unknown(inputs):
        return inputs
    old = None
    try:
        old = objects.read(inputs)
        if old is not None and not made_by(manager, old) and not old["metadata"].get("deletionTimestamp"):
            raise exists_already(objects, inputs)
        return _with_made_up_unknown(objects.apply(inputs, manager, dry_run=True), inputs)
    except UnknownKind:
        # Its definition may be part of the same program.
        return inputs
    except ApiError as error:
        # As may its namespace.
        if error.code == 404:
            return inputs
        # To be replaced: what cannot be changed on the old one can be on the new one.
        if error.reason == "Invalid" and (old is not None or "already allocated" in str(error)):
            return inputs
        raise


def previewed_update(
    objects: Objects | None, inputs: dict[str, Any], manager: str, ignored: Sequence[str]
) -> dict[str, Any]:
    """The object as it would be; the inputs, where the API server cannot say. Raises Failed if it refuses."""
    if objects is None or has_unknown(inputs):
        return inputs
    try:
        return objects.update(inputs, manager, ignored, dry_run=True)
    except UnknownKind:
        return inputs


def exists_already(objects: Objects, inputs: Mapping[str, Any]) -> Failed:
    """The error of an object that somebody else made."""
    return Failed(
        f"{inputs['kind']} {objects.identity(inputs)} already exists, and not from this resource: delete it, "
        "import it, or give the resource another name"
    )


def _with_made_up_unknown(planned: dict[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    planned["metadata"] |= dict.fromkeys(_MADE_UP, UNKNOWN)
    if group_kind(planned) == "/Service":
        for key in ("clusterIP", "clusterIPs"):
            if key in planned["spec"] and key not in inputs.get("spec", {}):
                planned["spec"][key] = UNKNOWN
    if "status" in planned:
        planned["status"] = UNKNOWN
    return planned
