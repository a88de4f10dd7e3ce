"""The pods behind an object: those that its newest version made."""

from collections.abc import Mapping
from typing import Any

from local.kubernetes.client import Client
from local.kubernetes.kinds import group_kind

Pod = Mapping[str, Any]

_REVISION = "deployment.kubernetes.io/revision"
_TEMPLATE_HASH = "pod-template-hash"
# What the controllers of these kinds write on the pods of a version, and where the object names that version.
_REVISION_HASH = "controller-revision-hash"
_GENERATION = "pod-template-generation"
_GENERATION_OF = "deprecated.daemonset.template.generation"


def pods_of(live: Mapping[str, Any], client: Client) -> list[Pod]:
    """The pods that the object waits for, newest first; none for a kind that has no pods.

    Pods of older versions and pods that are going are not among them.
    """
    kind = group_kind(live)
    if kind == "/Pod":
        return [live]
    labels = _labels(kind, live, client)
    if not labels:
        return []
    listed = _listed(f"/api/v1/namespaces/{live['metadata']['namespace']}/pods", labels, client)
    # Items of a list do not say what they are.
    staying = [{**pod, "kind": "Pod"} for pod in listed if not pod["metadata"].get("deletionTimestamp")]
    return sorted(staying, key=lambda pod: pod["metadata"]["creationTimestamp"], reverse=True)


def is_ready(pod: Pod) -> bool:
    """Whether the pod serves, or has done what it was made for."""
    status = pod.get("status") or {}
    conditions = status.get("conditions") or []
    return status.get("phase") == "Succeeded" or any(
        found["type"] == "Ready" and found["status"] == "True" for found in conditions
    )


def containers_of(pod: Pod) -> list[Mapping[str, Any]]:
    """The states of all containers, those that prepare the pod first."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _labels(kind: str, live: Mapping[str, Any], client: Client) -> Mapping[str, str]:
    spec = live.get("spec") or {}
    if kind == "/Service":
        return spec.get("selector") or {}
    selector: Mapping[str, str] = (spec.get("selector") or {}).get("matchLabels") or {}
    match kind:
        case "apps/Deployment":
            newest = _replica_set(live, selector, client)
            return newest["metadata"]["labels"] if newest else {}
        case "apps/StatefulSet":
            return {**selector, _REVISION_HASH: (live.get("status") or {}).get("updateRevision", "")}
        case "apps/DaemonSet":
            generation = (live["metadata"].get("annotations") or {}).get(_GENERATION_OF, "")
            return {**selector, _GENERATION: generation}
        case "apps/ReplicaSet" | "batch/Job":
            return selector
        case _:
            return {}


def _replica_set(
    live: Mapping[str, Any], selector: Mapping[str, str], client: Client
) -> Mapping[str, Any] | None:
    metadata = live["metadata"]
    revision = (metadata.get("annotations") or {}).get(_REVISION)
    for found in _listed(f"/apis/apps/v1/namespaces/{metadata['namespace']}/replicasets", selector, client):
        owners = found["metadata"].get("ownerReferences") or []
        if (
            any(owner["uid"] == metadata["uid"] for owner in owners)
            and (found["metadata"].get("annotations") or {}).get(_REVISION) == revision
            and _TEMPLATE_HASH in found["metadata"].get("labels", {})
        ):
            return found
    return None


def _listed(path: str, labels: Mapping[str, str], client: Client) -> list[Pod]:
    query = {"labelSelector": ",".join(f"{key}={value}" for key, value in labels.items())}
    return client.request("GET", path, query=query)["items"]
