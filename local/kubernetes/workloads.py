"""The workloads behind an object: itself, or those that an operator made for it."""

from collections.abc import Mapping
from typing import Any

from local.kubernetes.client import Client
from local.kubernetes.kinds import group_kind

Object = Mapping[str, Any]

# Plural, group and version, and kind of what has pods.
_MADE_BY_OPERATORS = (
    ("apps/v1", "deployments", "Deployment"),
    ("apps/v1", "statefulsets", "StatefulSet"),
    ("apps/v1", "daemonsets", "DaemonSet"),
    ("batch/v1", "jobs", "Job"),
)
# Kinds that have pods, or that lead to pods.
_WORKLOADS = frozenset(
    {
        "/Pod",
        "/Service",
        "apps/Deployment",
        "apps/StatefulSet",
        "apps/DaemonSet",
        "apps/ReplicaSet",
        "batch/Job",
    }
)


def workloads_of(live: Object, client: Client) -> list[Object]:
    """The object where it has pods itself; else what it owns that has, for one in a namespace."""
    if group_kind(live) in _WORKLOADS:
        return [live]
    metadata, found = live["metadata"], list[Object]()
    # Kubernetes' own groups have no dot, or end so; of the others an operator makes something.
    group = live["apiVersion"].rpartition("/")[0]
    if "namespace" not in metadata or "." not in group or group.endswith(".k8s.io"):
        return found
    for api_version, plural, kind in _MADE_BY_OPERATORS:
        path = f"/apis/{api_version}/namespaces/{metadata['namespace']}/{plural}"
        for one in client.request("GET", path)["items"]:
            owners = one["metadata"].get("ownerReferences") or []
            if any(owner["uid"] == metadata["uid"] for owner in owners):
                # Items of a list do not say what they are.
                found.append({**one, "apiVersion": api_version, "kind": kind})
    return found
