"""Why something does not become ready, from the pods behind it: their states, events and last words."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.plugins.kubernetes.objects import Objects
from local.plugins.provider import Failed

# Pods and log lines shown; the first ones tell it.
_PODS = 3
_LINES = 10


def reasons(live: Mapping[str, Any], objects: Objects) -> list[str]:
    """Lines for a person; empty where nothing can be found."""
    found = list(_of_object(live))
    try:
        found += [line for pod in _pods(live, objects)[:_PODS] for line in _of_pod(pod, objects)]
        return found or list(_warnings(live, objects))
    except Failed:
        return found


def _of_object(live: Mapping[str, Any]) -> Iterator[str]:
    # Pods that could not even be made: a quota, a security level, a missing account.
    for found in (live.get("status") or {}).get("conditions") or []:
        if found["type"] == "ReplicaFailure" and found["status"] == "True":
            yield f"no pods: {found.get('message', '')}"


def _pods(live: Mapping[str, Any], objects: Objects) -> list[dict[str, Any]]:
    namespace = live["metadata"].get("namespace")
    if live["kind"] == "Pod":
        return [dict(live)]
    selector = ((live.get("spec") or {}).get("selector") or {}).get("matchLabels")
    if live["kind"] == "Service":
        selector = (live.get("spec") or {}).get("selector")
    if not namespace or not selector:
        return []
    labels = ",".join(f"{key}={value}" for key, value in selector.items())
    listed = objects.client.request(
        "GET", f"/api/v1/namespaces/{namespace}/pods", query={"labelSelector": labels}
    )
    newest = sorted(listed["items"], key=lambda pod: pod["metadata"]["creationTimestamp"], reverse=True)
    return [pod for pod in newest if not _is_ready(pod)]


def _is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(found["type"] == "Ready" and found["status"] == "True" for found in conditions)


def _of_pod(pod: Mapping[str, Any], objects: Objects) -> Iterator[str]:
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    status = pod.get("status") or {}
    for found in status.get("conditions") or []:
        if found["type"] == "PodScheduled" and found["status"] == "False":
            yield f"pod {name}: not scheduled: {found.get('message', '')}"
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        for state in ("waiting", "terminated"):
            told = (container.get("state") or {}).get(state)
            if told:
                words = f"{told.get('reason')} {told.get('message', '')}".strip()
                yield f"pod {name}, container {container['name']}: {words}"
        if not container.get("ready"):
            yield from _last_words(name, namespace, container, objects)
    yield from (f"pod {name}: {line}" for line in _warnings(pod, objects))


def _warnings(thing: Mapping[str, Any], objects: Objects) -> Iterator[str]:
    namespace, name = thing["metadata"].get("namespace"), thing["metadata"]["name"]
    if not namespace:
        return
    events = objects.client.request(
        "GET",
        f"/api/v1/namespaces/{namespace}/events",
        query={"fieldSelector": f"involvedObject.name={name},type=Warning"},
    )
    for event in events["items"][-_PODS:]:
        yield f"{event.get('reason')}: {event.get('message')}"


def _last_words(pod: str, namespace: str, container: Mapping[str, Any], objects: Objects) -> Iterator[str]:
    # A container that is started again and again says what is wrong in the run before this one.
    query = {"container": container["name"], "tailLines": str(_LINES)}
    if container.get("restartCount"):
        query["previous"] = "true"
    try:
        # Through the node's kubelet, which may be what is broken.
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        text = objects.client.request("GET", path, query=query, brief=True)
    except Failed:
        return
    for line in str(text).splitlines():
        yield f"pod {pod}, log: {line}"
