"""The common pod settings of the Prometheus and the Alertmanager object."""

from collections.abc import Mapping
from typing import Any

from components.kubernetes.container_resources import DISK_LIMIT, DISK_REQUEST, EPHEMERAL_STORAGE
from components.monitoring.names import labels

USER = 65534


def operated_pods(
    name: str,
    pods: Mapping[str, str],
    requests: Mapping[str, str],
    limits: Mapping[str, str],
    *,
    disk_limit: str = DISK_LIMIT,
) -> dict[str, Any]:
    """Keys of either `spec`: for the Pod Security Standard `restricted`, and spread over nodes."""
    return {
        "enableServiceLinks": False,
        "priorityClassName": "system-cluster-critical",
        "podMetadata": {"labels": labels(name)},
        "topologySpreadConstraints": [
            {
                "topologyKey": "kubernetes.io/hostname",
                "maxSkew": 1,
                # Two replicas on one node are better than one replica.
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(pods)},
            }
        ],
        "resources": {
            "requests": {EPHEMERAL_STORAGE: DISK_REQUEST, **requests},
            "limits": {EPHEMERAL_STORAGE: disk_limit, **limits},
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
