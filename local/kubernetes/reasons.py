"""Why something does not become ready, from the pods behind it: their states, events and last words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import Problem
from local.kubernetes.client import Client
from local.kubernetes.kinds import group_kind
from local.kubernetes.masking import masking
from local.kubernetes.pods import Pod, containers_of, is_ready, pods_of

# Pods, events of each, and log lines shown; the first ones tell it.
_PODS = 3
_EVENTS = 3
_LINES = 10
# As the engine prints a reason of its own, and further in.
_INDENT = "\n\t    "
# What a container waits for that is on its way.
_STARTING = ("ContainerCreating", "PodInitializing")
# Kinds whose status does not say that pods were refused.
_REFUSED_BY_EVENT = ("apps/DaemonSet", "apps/StatefulSet", "batch/Job")
# Events that say again what the states say.
_SAID_BY_STATES = ("BackOff", "Failed", "FailedScheduling")


def reasons(live: Mapping[str, Any], client: Client) -> list[str]:
    """Texts for a person, one a pod; empty where nothing can be found."""
    found: list[str] = []
    try:
        found += [refusal.words for refusal in refusals(live, client)]
        said = False
        for pod in [pod for pod in pods_of(live, client) if not is_ready(pod)][:_PODS]:
            # The pods of one version say the same: one log tells it.
            words = list(_words(pod, client, with_log=not said))
            said = said or bool(words)
            found.append(_INDENT.join((f"pod {pod['metadata']['name']}", *states(pod), *words)))
        return found or _warnings(live, client)
    except Problem:
        return found


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Pods that could not even be made: for a quota, a security level, a missing account."""

    words: str
    begun: str


def refusals(live: Mapping[str, Any], client: Client) -> list[Refusal]:
    """What the object's controller was told when it made pods."""
    for found in (live.get("status") or {}).get("conditions") or []:
        if found["type"] == "ReplicaFailure" and found["status"] == "True":
            return [Refusal(words=f"no pods: {found.get('message', '')}", begun=found["lastTransitionTime"])]
    if group_kind(live) not in _REFUSED_BY_EVENT:
        return []
    events = [event for event in _events(live, client) if event.get("reason") == "FailedCreate"]
    return [Refusal(words=f"no pods: {event.get('message')}", begun=_time_of(event)) for event in events[-1:]]


def states(pod: Pod) -> Iterator[str]:
    """What keeps a pod from being ready, as far as its status says it."""
    for found in (pod.get("status") or {}).get("conditions") or []:
        if found["type"] == "PodScheduled" and found["status"] == "False":
            yield f"not scheduled: {found.get('message', '')}"
    for container in containers_of(pod):
        yield from (f"container {container['name']}: {words}" for words in _of_container(container))


def _of_container(container: Mapping[str, Any]) -> Iterator[str]:
    state = container.get("state") or {}
    waiting, ended = state.get("waiting"), last_end(container)
    if waiting and waiting.get("reason") not in _STARTING:
        yield waiting_words(waiting)
    if ended and not container.get("ready"):
        times = container.get("restartCount", 0)
        again = f", started again {times} times" if times else ""
        yield f"ended with exit code {ended['exitCode']} ({ended.get('reason') or 'no reason'}){again}"


def waiting_words(waiting: Mapping[str, Any]) -> str:
    """What a container waits for."""
    reason = waiting.get("reason", "")
    # Its message names the pod again, by all the names that it has.
    return reason if reason == "CrashLoopBackOff" else f"{reason} {waiting.get('message', '')}".strip()


def last_end(container: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How the container's last run ended; None: no run has."""
    return next(
        (
            state["terminated"]
            for state in (container.get("state") or {}, container.get("lastState") or {})
            if "terminated" in state
        ),
        None,
    )


def _words(pod: Pod, client: Client, *, with_log: bool) -> Iterator[str]:
    """What the pod's own programs said; without what is secret."""
    try:
        masked = masking(pod, client)
    except Problem:
        yield "what it says is not shown: the secrets that may be in it cannot be read"
        return
    yield from map(masked, _warnings(pod, client))
    for container in containers_of(pod):
        if container.get("ready"):
            continue
        ended = last_end(container)
        if ended and ended.get("message"):
            yield masked(f"container {container['name']}: {ended['message']}")
        if with_log:
            lines = _log(pod, container, client)
            yield from (masked(f"log of {container['name']}: {line}") for line in lines)


def _warnings(thing: Mapping[str, Any], client: Client) -> list[str]:
    """The newest event of each kind that says more than the states."""
    newest: dict[str, str] = {}
    for event in _events(thing, client):
        reason = str(event.get("reason"))
        if reason not in _SAID_BY_STATES:
            newest.pop(reason, None)
            newest[reason] = f"{reason}: {event.get('message', '')}"
    return list(newest.values())[-_EVENTS:]


def _events(thing: Mapping[str, Any], client: Client) -> list[dict[str, Any]]:
    """The warnings of an object, oldest first."""
    namespace, name = thing["metadata"].get("namespace"), thing["metadata"]["name"]
    if not namespace:
        return []
    selector = f"involvedObject.name={name},involvedObject.kind={thing['kind']},type=Warning"
    listed = client.request(
        "GET", f"/api/v1/namespaces/{namespace}/events", query={"fieldSelector": selector}, brief=True
    )
    return sorted(listed["items"], key=_time_of)


def _time_of(event: Mapping[str, Any]) -> str:
    return event.get("lastTimestamp") or event.get("eventTime") or ""


def _log(pod: Pod, container: Mapping[str, Any], client: Client) -> list[str]:
    state = container.get("state") or {}
    if "waiting" in state and "terminated" not in (container.get("lastState") or {}):
        return []
    metadata = pod["metadata"]
    query = {"container": container["name"], "tailLines": str(_LINES)}
    # A container that is started again and again says what is wrong in the run before this one.
    if "waiting" in state:
        query["previous"] = "true"
    try:
        # Through the node's kubelet, which may be what is broken.
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
        return str(client.request("GET", path, query=query, brief=True)).splitlines()
    except Problem:
        return []
