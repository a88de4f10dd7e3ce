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


def waiting_status(reason: str, message: str) -> dict[str, Any]:
    """The status of a pod whose container cannot start."""
    state = {"waiting": {"reason": reason, "message": message}}
    container = {
        "name": "main",
        "ready": False,
        "restartCount": 0,
        "image": "x",
        "imageID": "",
        "state": state,
    }
    return {"phase": "Pending", "containerStatuses": [container]}


@contextmanager
def pods_become(api_server: ApiServer, namespace: str, status: dict[str, Any]) -> Iterator[None]:
    """While this lasts, every pod of the namespace gets this status soon after it is made."""
    over, done = threading.Event(), set[str]()

    def play() -> None:
        while not over.wait(LOOK):
            listed = json.loads(api_server.kubectl("get", "pods", "-n", namespace, "-o", "json").stdout)
            for pod in listed["items"]:
                if pod["metadata"]["uid"] in done:
                    continue
                name = pod["metadata"]["name"]
                patch = ["--subresource=status", "--type=merge", "-p", json.dumps({"status": status})]
                # A pod that has gone in the meantime is no failure.
                api_server.kubectl("patch", "pod", name, "-n", namespace, *patch, check=False)
                done.add(pod["metadata"]["uid"])

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
