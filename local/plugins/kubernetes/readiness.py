"""When an object is what it was made to be. Each rule answers with what is still missing, or with nothing."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from local.plugins.kubernetes.kinds import UnknownKind, group_kind
from local.plugins.kubernetes.objects import Objects
from local.plugins.provider import Failed
from local.plugins.values import UNKNOWN

Object = Mapping[str, Any]
Rule = Callable[[Object, Objects], str | None]

SKIP = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"

# Seconds until a definition is looked at again that is not served yet, to see whether its names are refused.
_DEFINITION_SECONDS = 1


class Hopeless(Exception):
    """Waiting longer cannot help."""


def rule_for(live: Object) -> Rule | None:
    """The rule of an object's kind or of its annotations; None: it is ready when it is there."""
    annotations = live["metadata"].get("annotations") or {}
    if annotations.get(SKIP) == "true":
        return None
    if WAIT_FOR in annotations:
        return _wait_for(annotations[WAIT_FOR])
    return _RULES.get(group_kind(live))


def check_annotations(annotations: Mapping[str, Any]) -> None:
    """Raise Failed for a wait that nobody could end."""
    if annotations.get(WAIT_FOR, UNKNOWN) != UNKNOWN:
        _wait_for(annotations[WAIT_FOR])


def condition(live: Object, name: str) -> Mapping[str, Any]:
    """The status condition of that type, or an empty one."""
    for found in (live.get("status") or {}).get("conditions") or []:
        if found["type"] == name:
            return found
    return {}


def is_observed(live: Object) -> bool:
    """Whether the controller has seen this version of the object."""
    return (live.get("status") or {}).get("observedGeneration", 0) >= live["metadata"].get("generation", 0)


def _deployment(live: Object, _: Objects) -> str | None:
    status, wanted = live.get("status") or {}, live["spec"].get("replicas", 1)
    if not is_observed(live):
        return "the controller has not seen this version yet"
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    if updated < wanted:
        return f"{updated} of {wanted} pods are of this version"
    if total > updated:
        return f"{total - updated} pods of the old version are still there"
    available = status.get("availableReplicas", 0)
    return None if available >= wanted else f"{available} of {wanted} pods are available"


def _stateful_set(live: Object, _: Objects) -> str | None:
    status, wanted = live.get("status") or {}, live["spec"].get("replicas", 1)
    ready = status.get("readyReplicas", 0)
    if not is_observed(live) or ready < wanted:
        return f"{ready} of {wanted} pods are ready"
    # Of a part of the pods, or of those that somebody deletes, the version changes by design.
    kept = 0 if _is_updated(live) else wanted
    kept = (live["spec"].get("updateStrategy") or {}).get("rollingUpdate", {}).get("partition", kept)
    updated = status.get("updatedReplicas", 0)
    if status.get("currentRevision") != status.get("updateRevision") and updated < wanted - kept:
        return f"{updated} of {wanted - kept} pods are of this version"
    return None


def _daemon_set(live: Object, _: Objects) -> str | None:
    status = live.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    ready = status.get("numberAvailable", 0)
    if _is_updated(live):
        ready = min(ready, status.get("updatedNumberScheduled", 0))
    return None if is_observed(live) and ready >= wanted else f"{ready} of {wanted} pods are ready"


def _is_updated(live: Object) -> bool:
    """Whether the controller brings a new version to all pods; else to those that somebody deletes."""
    return (live["spec"].get("updateStrategy") or {}).get("type") != "OnDelete"


def _quota(live: Object, _: Objects) -> str | None:
    # Until it has been counted, every pod in its namespace is refused.
    counted = (live.get("status") or {}).get("hard") == (live.get("spec") or {}).get("hard")
    return None if counted else "what is there has not been counted yet"


def _job(live: Object, _: Objects) -> str | None:
    failed = condition(live, "Failed")
    if failed.get("status") == "True":
        raise Hopeless(f"the job failed: {failed.get('message', '')}")
    done = condition(live, "Complete").get("status") == "True"
    return None if done else f"{(live.get('status') or {}).get('succeeded', 0)} pods have succeeded"


def _pod(live: Object, _: Objects) -> str | None:
    phase = (live.get("status") or {}).get("phase")
    if phase == "Failed":
        raise Hopeless("the pod failed")
    ready = condition(live, "Ready").get("status") == "True"
    return None if ready or phase == "Succeeded" else f"the pod is {phase}"


def _service(live: Object, objects: Objects) -> str | None:
    spec = live["spec"]
    if spec.get("type") == "LoadBalancer" and not (live["status"].get("loadBalancer") or {}).get("ingress"):
        return "the load balancer has no address yet"
    if spec.get("type") == "ExternalName" or not spec.get("selector") or spec.get("clusterIP") == "None":
        return None
    metadata = live["metadata"]
    slices = objects.client.request(
        "GET",
        f"/apis/discovery.k8s.io/v1/namespaces/{metadata['namespace']}/endpointslices",
        query={"labelSelector": f"kubernetes.io/service-name={metadata['name']}"},
    )
    endpoints = [endpoint for part in slices["items"] for endpoint in part.get("endpoints") or []]
    ready = any((endpoint.get("conditions") or {}).get("ready") for endpoint in endpoints)
    return None if ready else "no pod behind it is ready"


def _claim(live: Object, objects: Objects) -> str | None:
    phase = (live.get("status") or {}).get("phase")
    if phase == "Bound":
        return None
    if phase == "Lost":
        raise Hopeless("its volume is lost")
    name = live["spec"].get("storageClassName")
    if name:
        found = objects.read(
            {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}}
        )
        # Bound when the first pod uses it, which may depend on this very claim.
        if found and found.get("volumeBindingMode") == "WaitForFirstConsumer":
            return None
    return "no volume is bound"


def _phase(*wanted: str) -> Rule:
    def rule(live: Object, _: Objects) -> str | None:
        phase = (live.get("status") or {}).get("phase")
        return None if phase in wanted else f"it is {phase}"

    return rule


def _condition(name: str, wanted: str = "True") -> Rule:
    def rule(live: Object, _: Objects) -> str | None:
        found = condition(live, name)
        generation = live["metadata"].get("generation", 0)
        seen = found.get("observedGeneration") or (live.get("status") or {}).get("observedGeneration")
        if found and (seen or generation) < generation:
            return f"condition {name} is of an older version"
        if found.get("status") == wanted:
            return None
        return f"condition {name} is {found.get('status', 'not there')} {found.get('message', '')}".strip()

    return rule


_established = _condition("Established")


def _definition(live: Object, objects: Objects) -> str | None:
    missing, spec = _established(live, objects), live["spec"]
    served = [version["name"] for version in spec["versions"] if version["served"]]
    if missing and served:
        # What is served tells it in a few bytes; the definition itself can be a megabyte, each time.
        with suppress(UnknownKind):
            objects.kinds.find(f"{spec['group']}/{served[0]}", spec["names"]["kind"], _DEFINITION_SECONDS)
    return missing


def _wait_for(text: str) -> Rule:
    """`condition=Ready`, `jsonpath={.status.phase}=Running`, or a JSON list of them."""
    try:
        parts = json.loads(text) if text.startswith("[") else [text]
        rules = [_one(part) for part in parts]
    except (ValueError, TypeError, AttributeError) as error:
        raise Failed(
            f"annotation {WAIT_FOR}: {text!r} is no condition=..., no jsonpath=..., and no JSON list of them"
        ) from error

    def rule(live: Object, objects: Objects) -> str | None:
        return next((missing for each in rules if (missing := each(live, objects))), None)

    return rule


def _one(text: str) -> Rule:
    kind, _, rest = text.partition("=")
    if kind == "condition" and rest:
        name, _, wanted = rest.partition("=")
        return _condition(name, wanted or "True")
    match = re.fullmatch(r"\{?\.?(?P<path>[^}=]+)\}?(=(?P<value>.*))?", rest)
    if kind != "jsonpath" or match is None:
        raise ValueError(text)
    path, wanted = match["path"].lstrip("."), match["value"]

    def rule(live: Object, _: Objects) -> str | None:
        found: Any = live
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        # As JSON has it: true, not True.
        told = found if isinstance(found, str) else json.dumps(found)
        return None if found is not None and wanted in (None, told) else f"{path} is {told}"

    return rule


_RULES: dict[str, Rule] = {
    "apps/Deployment": _deployment,
    "apps/StatefulSet": _stateful_set,
    "apps/DaemonSet": _daemon_set,
    "batch/Job": _job,
    "/Pod": _pod,
    "/Service": _service,
    "/PersistentVolume": _phase("Available", "Bound"),
    "/PersistentVolumeClaim": _claim,
    "/ResourceQuota": _quota,
    "/Namespace": _phase("Active"),
    "apiextensions.k8s.io/CustomResourceDefinition": _definition,
    "apiregistration.k8s.io/APIService": _condition("Available"),
}
