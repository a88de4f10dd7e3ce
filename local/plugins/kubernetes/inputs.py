"""What a program gives for an object, completed and checked before anything is asked of the API server."""

import base64
from collections.abc import Mapping
from typing import Any

from local.plugins.kubernetes.kinds import group_kind
from local.plugins.kubernetes.readiness import check_annotations
from local.plugins.provider import Failed
from local.plugins.values import UNKNOWN, secret, without_nulls

TIMEOUT = "pulumi.com/timeoutSeconds"
_OTHERS = ("kubernetes:helm", "kubernetes:yaml", "kubernetes:kustomize")
# What of a Secret must never be read, whether or not the program says so.
_HIDDEN = ("data", "stringData")


def completed(token: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The object; raises Failed for what cannot be one."""
    inputs = without_nulls(given)
    group_version, _, kind = token.removeprefix("kubernetes:").rpartition(":")
    if token.startswith(_OTHERS):
        raise Failed(f"the embedded plugin has no {token}: use typed resources, or the official plugin")
    # core/v1 is how SDKs name the group that has no name.
    inputs["apiVersion"] = inputs.get("apiVersion", group_version).removeprefix("core/")
    inputs.setdefault("kind", kind)
    if kind == f"{inputs['kind']}Patch":
        raise Failed(f"the embedded plugin does not change objects that others made ({kind})")
    if kind.endswith("List") and "items" in inputs:
        raise Failed(f"the embedded plugin makes no lists: make the objects of the {kind} one by one")
    _check_metadata(kind, inputs.get("metadata"))
    if group_kind(inputs) == "/Secret":
        _join_texts(inputs)
    return inputs


def hidden(thing: Mapping[str, Any]) -> dict[str, Any]:
    """The object with what is secret in it marked as such."""
    if group_kind(thing) != "/Secret":
        return dict(thing)
    return {key: secret(value) if key in _HIDDEN else value for key, value in thing.items()}


def seconds_to_wait(thing: Mapping[str, Any], custom: float, default: float) -> float:
    """The patience that the resource asks for, by its options or by an annotation."""
    annotations = thing["metadata"].get("annotations") or {}
    return custom or float(annotations.get(TIMEOUT, default))


def _check_metadata(kind: str, metadata: Any) -> None:
    if metadata == UNKNOWN:
        return
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        raise Failed(f"{kind} needs metadata.name: the embedded plugin makes up no names")
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping):
        check_annotations(annotations)
        text = annotations.get(TIMEOUT, "0")
        if text != UNKNOWN and not str(text).isdecimal():
            raise Failed(f"annotation {TIMEOUT} is {text!r}; it must be a number of seconds")


def _join_texts(inputs: dict[str, Any]) -> None:
    """Put `stringData` into `data`, as the API server does: only so can a key be taken away again."""
    texts, data = inputs.get("stringData"), inputs.get("data", {})
    if not isinstance(texts, Mapping) or not isinstance(data, Mapping):
        return
    encoded = {
        key: text if text == UNKNOWN else base64.b64encode(str(text).encode()).decode()
        for key, text in texts.items()
    }
    inputs["data"] = {**data, **encoded}
    del inputs["stringData"]
