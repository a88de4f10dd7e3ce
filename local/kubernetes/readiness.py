"""When an object is what it was made to be. Each rule answers with what is still missing, or with nothing."""

import re
from collections.abc import Callable
from typing import Any

from local.kubernetes.conditions import Object, condition, words_of
from local.kubernetes.deletions import held_by
from local.kubernetes.kinds import group_kind

_WAIT_FOR, _SKIP = "pulumi.com/waitFor", "pulumi.com/skipAwait"
# Conditions that tell of an object of any kind whether it does what it is for.
_TELLING = ("Ready", "Available", "Established")


def missing(live: Object) -> str | None:
    """What the object lacks to be ready; None: nothing, or nobody can know."""
    annotations = live["metadata"].get("annotations") or {}
    if live["metadata"].get("deletionTimestamp"):
        return "; ".join(["it is being deleted", *held_by(live)])
    if annotations.get(_SKIP) == "true":
        return None
    rule = _RULES.get(group_kind(live))
    if rule:
        return rule(live["spec"], live.get("status") or {}, live["metadata"].get("generation", 0))
    asked = re.findall(r"condition=(\w+)", annotations.get(_WAIT_FOR, ""))
    told = [name for name in _TELLING if condition(live, name)]
    return next(
        (words_of(live, name) for name in (*asked, *told) if condition(live, name).get("status") != "True"),
        None,
    )


def _deployment(spec: Any, status: Any, generation: int) -> str | None:
    wanted = spec.get("replicas", 1)
    if status.get("observedGeneration", 0) < generation or status.get("updatedReplicas", 0) < wanted:
        return f"{status.get('updatedReplicas', 0)} of {wanted} pods are of this version"
    available = status.get("availableReplicas", 0)
    return None if available >= wanted else f"{available} of {wanted} pods are available"


def _stateful_set(spec: Any, status: Any, generation: int) -> str | None:
    ready, wanted = status.get("readyReplicas", 0), spec.get("replicas", 1)
    is_seen = status.get("observedGeneration", 0) >= generation
    return None if is_seen and ready >= wanted else f"{ready} of {wanted} pods are ready"


def _daemon_set(_: Any, status: Any, generation: int) -> str | None:
    ready, wanted = status.get("numberAvailable", 0), status.get("desiredNumberScheduled", 0)
    is_seen = status.get("observedGeneration", 0) >= generation
    return None if is_seen and ready >= wanted else f"{ready} of {wanted} pods are available"


def _job(spec: Any, status: Any, _: int) -> str | None:
    ended = {found["type"]: found for found in status.get("conditions") or [] if found["status"] == "True"}
    if "Failed" in ended:
        return f"the job failed: {ended['Failed'].get('message', '')}"
    # One that waits for its turn, or works, is as it should be.
    active, ready = status.get("active", 0), status.get("ready", 0)
    return None if spec.get("suspend") or active <= ready else f"{ready} of {active} pods are ready"


def _service(spec: Any, status: Any, _: int) -> str | None:
    has_address = (status.get("loadBalancer") or {}).get("ingress")
    return "no address yet" if spec.get("type") == "LoadBalancer" and not has_address else None


def _phase(*wanted: str) -> Callable[[Any, Any, int], str | None]:
    def rule(_: Any, status: Any, __: int) -> str | None:
        return None if status.get("phase") in wanted else f"it is {status.get('phase')}"

    return rule


_RULES: dict[str, Callable[[Any, Any, int], str | None]] = {
    "apps/Deployment": _deployment,
    "apps/StatefulSet": _stateful_set,
    "apps/DaemonSet": _daemon_set,
    "batch/Job": _job,
    "/Service": _service,
    "/PersistentVolume": _phase("Available", "Bound"),
    "/PersistentVolumeClaim": _phase("Bound"),
}
