"""Plays the kubelet: gives the pods of a namespace the status that a test wants."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.api.api_server import ApiServer

# Seconds between two looks for pods.
LOOK = 0.3


def ready_status() -> dict[str, Any]:
    """The status of a pod that serves."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    address = "10.244.0.9"
    return {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now,
        "conditions": [
            {"type": name, "status": "True", "lastTransitionTime": now}
            for name in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        ],
    }


def waiting_status(reason: str, message: str, restarts: int = 0) -> dict[str, Any]:
    """The status of a pod whose container does not start, or has ended `restarts` + 1 times."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ended = {"exitCode": 3, "reason": "Error", "startedAt": now, "finishedAt": now}
    container = {
        "name": "main",
        "ready": False,
        "restartCount": restarts,
        "image": "x",
        "imageID": "",
        "state": {"waiting": {"reason": reason, "message": message}},
        **({"lastState": {"terminated": ended}} if restarts else {}),
    }
    return {"phase": "Pending", "containerStatuses": [container]}


def unschedulable_status(message: str) -> dict[str, Any]:
    """The status of a pod that the scheduler has no node for."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {"phase": "Pending", "conditions": [condition]}


@contextmanager
def pods_become(
    api_server: ApiServer,
    namespace: str,
    *statuses: dict[str, Any],
    labels: str = "",
    node: str = "",
    seconds_each: float = 0,
) -> Iterator[None]:
    """While this lasts, every pod of the namespace gets these statuses, one after the other.

    Only pods with the labels, where some are given; they are put on the node, where one is given.
    """
    over, begun, given = threading.Event(), dict[str, float](), dict[str, int]()

    def play() -> None:
        while not over.wait(LOOK):
            selected = ["get", "pods", "-n", namespace, "-l", labels, "-o", "json"]
            seen = api_server.kubectl(*selected, check=False)
            # A busy API server may refuse a look, one that restarts does.
            for pod in json.loads(seen.stdout)["items"] if not seen.returncode else ():
                uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
                if pod["metadata"].get("deletionTimestamp"):
                    # One on a node waits for its kubelet.
                    now = ["--ignore-not-found", "--force", "--grace-period=0"]
                    api_server.kubectl("delete", "pod", name, "-n", namespace, *now, check=False)
                    continue
                if uid not in begun:
                    begun[uid] = time.monotonic()
                    if node:
                        api_server.bind(name, node, namespace)
                step = given.get(uid, 0)
                if step < len(statuses) and time.monotonic() >= begun[uid] + step * seconds_each:
                    # A pod that has gone in the meantime is no failure.
                    api_server.patch_status("pod", name, statuses[step], namespace)
                    given[uid] = step + 1

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def endpoint_of(service: str, namespace: str) -> dict[str, Any]:
    """An endpoint that answers behind a service; its controller wants to know the node of a pod."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service}-test",
            "namespace": namespace,
            "labels": {
                "kubernetes.io/service-name": service,
                "endpointslice.kubernetes.io/managed-by": "test",
            },
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.244.0.9"], "conditions": {"ready": True}}],
    }
