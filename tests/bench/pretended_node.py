"""Plays scheduler, kubelet and storage of one node for the whole API server, as quickly as it can.

What is measured is how objects are brought up and taken down, not how long a real pod takes to start.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from local.errors import Problem
from local.kubernetes.client import Client
from local.kubernetes.kubeconfig import access
from tests.api.api_server import ApiServer
from tests.api.pods import ready_status

NAME = "pretended"
VOLUMES = "/api/v1/persistentvolumes"
# Seconds between two looks for pods.
LOOK = 0.2
# Looks between two signs of life: a node that gives none for 40 s is taken for dead, with all its pods.
ALIVE = 50


@contextmanager
def pretended_node(api_server: ApiServer) -> Iterator[None]:
    """While this lasts, every pod is put on the node, is ready at once, and ends at once when it is to go.

    Every claim gets a volume, which goes with it.
    """
    client, over = Client(access(str(api_server.kubeconfig))), threading.Event()
    api_server.apply([{"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME}}])
    thread = threading.Thread(target=_play, args=(client, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        api_server.kubectl("delete", "node", NAME, check=False)


def _play(client: Client, over: threading.Event) -> None:
    looks, done = 0, set[str]()
    while not over.wait(LOOK):
        if looks % ALIVE == 0:
            _patch_status(client, f"/api/v1/nodes/{NAME}", _alive())
        looks += 1
        for pod in client.request("GET", "/api/v1/pods")["items"]:
            metadata = pod["metadata"]
            path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
            try:
                if metadata.get("deletionTimestamp"):
                    client.request("DELETE", path, {"gracePeriodSeconds": 0})
                elif metadata["uid"] not in done:
                    if not pod["spec"].get("nodeName"):
                        client.request("POST", f"{path}/binding", _binding(metadata["name"]))
                    _patch_status(client, path, ready_status())
                    done.add(metadata["uid"])
            except Problem:
                # It has gone in the meantime.
                continue
        _provide_volumes(client)


def _provide_volumes(client: Client) -> None:
    """As a provisioner would; the provider waits for the claims of a Deployment's pods."""
    for claim in client.request("GET", "/api/v1/persistentvolumeclaims")["items"]:
        if claim["status"].get("phase") == "Pending" and not claim["spec"].get("volumeName"):
            with suppress(Problem):
                client.request("POST", VOLUMES, _volume(claim))
    for volume in client.request("GET", VOLUMES)["items"]:
        if volume["metadata"]["name"].startswith(NAME) and volume["status"].get("phase") == "Released":
            with suppress(Problem):
                client.request("DELETE", f"{VOLUMES}/{volume['metadata']['name']}")


def _volume(claim: dict[str, Any]) -> dict[str, Any]:
    metadata, spec = claim["metadata"], claim["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{NAME}-{metadata['uid']}"},
        "spec": {
            "storageClassName": spec.get("storageClassName", ""),
            "accessModes": spec["accessModes"],
            "capacity": spec["resources"]["requests"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {key: metadata[key] for key in ("namespace", "name", "uid")},
            "hostPath": {"path": "/nowhere"},
        },
    }


def _patch_status(client: Client, path: str, status: dict[str, Any]) -> None:
    client.request("PATCH", f"{path}/status", {"status": status}, content_type="application/merge-patch+json")


def _binding(pod: str) -> dict[str, Any]:
    target = {"apiVersion": "v1", "kind": "Node", "name": NAME}
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod}, "target": target}


def _alive() -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Pretended",
        "message": "",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    return {"conditions": [ready]}
