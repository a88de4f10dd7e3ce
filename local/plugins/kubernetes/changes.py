"""What differs between two versions of an object, and whether the API server lets it be changed in place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# A path is a property path of the engine: metadata.labels["a.io/name"], spec.containers[0].image.
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Paths whose change needs a new object, besides kind, name and namespace. From the API's validation
# (pkg/apis/*/validation of Kubernetes 1.36).
_FIXED: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "StatefulSet": (
        "spec.selector",
        "spec.serviceName",
        "spec.podManagementPolicy",
        "spec.volumeClaimTemplates",
    ),
    "Job": ("spec.selector", "spec.template", "spec.completionMode"),
    "Pod": ("spec",),
    "Service": ("spec.clusterIP",),
    "PersistentVolume": (
        "spec.hostPath",
        "spec.nfs",
        "spec.csi",
        "spec.local",
        "spec.nodeAffinity",
        "spec.volumeMode",
    ),
    "PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "Secret": ("type",),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "PriorityClass": ("value", "preemptionPolicy"),
    "RuntimeClass": ("handler",),
    "IngressClass": ("spec.controller",),
}
_FIXED_ALWAYS = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
# What may be changed below a fixed path.
_FREE: dict[str, tuple[str, ...]] = {
    "Pod": ("spec.containers[0].image", "spec.activeDeadlineSeconds", "spec.tolerations")
}


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each path that differs, with `add`, `delete` or `update`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            inner = _joined(path, key)
            if key not in new:
                yield inner, "delete"
            elif key not in old:
                yield inner, "add"
            else:
                yield from differences(old[key], new[key], inner)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            inner = f"{path}[{index}]"
            if index >= len(new):
                yield inner, "delete"
            elif index >= len(old):
                yield inner, "add"
            else:
                yield from differences(old[index], new[index], inner)
    elif old != new:
        yield path, "update"


def needs_replacement(kind: str, path: str) -> bool:
    """Whether a change at this path cannot be made on the object that is there."""
    if any(_within(path, free) for free in _FREE.get(kind, ())):
        return False
    return any(_within(path, fixed) for fixed in (*_FIXED_ALWAYS, *_FIXED.get(kind, ())))


def overlay(inputs: Any, live: Any) -> Any:
    """The inputs with the live object's values: what the inputs would have to be to say what is there.

    Only paths of the inputs are looked at, so what the API server adds never looks like a change.
    """
    if isinstance(inputs, Mapping) and isinstance(live, Mapping):
        return {key: overlay(value, live[key]) for key, value in inputs.items() if key in live}
    if isinstance(inputs, list) and isinstance(live, list) and len(inputs) == len(live):
        return [overlay(one, other) for one, other in zip(inputs, live, strict=True)]
    return inputs if same_meaning(inputs, live) else live


_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
_UNITS = {"": 1.0, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_UNITS |= {f"{unit}i": 2.0 ** (10 * power) for power, unit in enumerate("KMGTPE", start=1)}


def same_meaning(one: Any, other: Any) -> bool:
    """Equal, or the same quantity in other words: the API server writes 1000m as 1."""
    if one == other:
        return True
    values = [_quantity(text) for text in (one, other)]
    return None not in values and values[0] == values[1]


def _quantity(text: Any) -> float | None:
    match = _QUANTITY.fullmatch(str(text)) if isinstance(text, str | int | float) else None
    return None if match is None else float(match[1]) * _UNITS[match[2] or ""]


def _joined(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _within(path: str, parent: str) -> bool:
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))
