"""Pods that hold what they ask for and do nothing, as a team may make them in its namespace."""

import json
from typing import Any

from settings.gpu_resources import GPU
from tests.cluster.full.cluster import FullCluster

# Already on every machine: it is what holds the network of each pod.
IMAGE = "registry.k8s.io/pause:3.10.2"


def idle_pod(*, cpu: str = "10m", gpus: int = 0, **more: Any) -> dict[str, Any]:
    """The spec of a pod that the level `restricted` lets in; `more` are further fields of it."""
    resources: dict[str, Any] = {"requests": {"cpu": cpu, "memory": "16Mi"}}
    container = {
        "name": "main",
        "image": IMAGE,
        "resources": resources | ({"limits": {GPU: gpus}} if gpus else {}),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "terminationGracePeriodSeconds": 1,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65535,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        **more,
    }


def running_pods(full: FullCluster, team: str, *selected: str) -> list[dict[str, Any]]:
    """Those that run in the team's namespace and are not about to go."""
    listed = full.kubectl("get", "pods", "--namespace", team, *selected, "--output", "json")
    return [
        one
        for one in json.loads(listed)["items"]
        if one["status"].get("phase") == "Running" and "deletionTimestamp" not in one["metadata"]
    ]
