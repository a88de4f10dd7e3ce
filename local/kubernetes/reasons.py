"""Why something does not become ready, from the pods behind it: their states, events and last words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import Problem
from local.kubernetes.client import Client
from local.kubernetes.conditions import condition
from local.kubernetes.deletions import held_by
from local.kubernetes.kinds import group_kind
from local.kubernetes.masking import masking
from local.kubernetes.pods import Pod, containers_of, is_ready, pods_of
from local.kubernetes.readiness import missing
from local.kubernetes.workloads import workloads_of

# Pods, events of each, and log lines shown; the first ones tell it.
_PODS = 3
_EVENTS = 3
_LINES = 10
# Kinds whose status does not say that pods were refused.
_REFUSED_BY_EVENT = ("apps/DaemonSet", "apps/StatefulSet", "batch/Job")
# Events that say again what the states say.
_SAID_BY_STATES = ("BackOff", "Failed", "FailedScheduling", "FailedCreate")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One thing that keeps an object from being ready."""

    about: str = ""
    """The pod; empty where it is the object itself."""
    words: tuple[str, ...]
    log: tuple[str, ...] = ()
    """The last lines of the containers' logs."""

    @property
    def gist(self) -> str:
        """What stays the same while the same thing is wrong: no counts, no times, no pods' names, no logs."""
        return re.sub(r"\d+\w*", "#", "\n".join(self.words).replace(self.about or "\n", ""))

    @property
    def lines(self) -> list[str]:
        """All of it, for a person."""
        said = [*self.words, *self.log]
        return [f"pod {self.about}", *(f"  {line}" for line in said)] if self.about else said


def reasons(live: Mapping[str, Any], client: Client) -> list[Reason]:
    """What keeps the object; empty where nothing can be found.

    Raises nothing: what cannot be read is left out.
    """
    found: list[Reason] = []
    try:
        found += [Reason(words=(words,)) for words in held_by(live)]
        for workload in workloads_of(live, client):
            found += [Reason(words=(words,)) for words in _refusals(workload, client)]
            found += _of_pods(workload, client)
        if not found:
            lacks = missing(live)
            words = (*([lacks] if lacks else []), *_warnings(live, client))
            found += [Reason(words=words)] if words else []
    except Problem:
        pass
    return found


def _of_pods(workload: Mapping[str, Any], client: Client) -> Iterator[Reason]:
    logged = False
    for pod in [pod for pod in pods_of(workload, client) if not is_ready(pod)][:_PODS]:
        try:
            masked = masking(pod, client)
        except Problem:
            hidden = "what it says is not shown: the secrets that may be in it cannot be read"
            yield Reason(about=pod["metadata"]["name"], words=(*states(pod), hidden))
            continue
        words = tuple(map(masked, [*states(pod), *_warnings(pod, client), *_last_messages(pod)]))
        # The pods of one version say the same: one log tells it.
        log = () if logged else tuple(map(masked, _logs(pod, client)))
        logged = logged or bool(log)
        if words or log:
            yield Reason(about=pod["metadata"]["name"], words=words, log=log)


def _refusals(live: Mapping[str, Any], client: Client) -> Iterator[str]:
    """Why pods could not even be made: a quota, a security level, a missing account."""
    failure = condition(live, "ReplicaFailure")
    if failure.get("status") == "True":
        yield f"no pods: {failure.get('message', '')}"
    elif group_kind(live) in _REFUSED_BY_EVENT and _lacks_pods(live):
        events = [event for event in _events(live, client) if event.get("reason") == "FailedCreate"]
        yield from (f"no pods: {event.get('message')}" for event in events[-1:])


def _lacks_pods(live: Mapping[str, Any]) -> bool:
    """Whether pods are still to be made; a refusal of which the pods are there is over."""
    spec, status = live["spec"], live.get("status") or {}
    match live["kind"]:
        case "DaemonSet":
            return status.get("currentNumberScheduled", 0) < status.get("desiredNumberScheduled", 0)
        case "StatefulSet":
            return status.get("replicas", 0) < spec.get("replicas", 1)
        case _:
            return not status.get("active")


def states(pod: Pod) -> Iterator[str]:
    """What keeps a pod from being ready, as far as its status says it."""
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        yield f"not scheduled: {scheduled.get('message', '')}"
    for container in containers_of(pod):
        yield from (f"container {container['name']}: {words}" for words in _of_container(container))


def _of_container(container: Mapping[str, Any]) -> Iterator[str]:
    state = container.get("state") or {}
    waiting, ended = state.get("waiting"), last_end(container)
    # Those that wait for the containers that prepare the pod are not what is wrong.
    if waiting and waiting.get("reason") != "PodInitializing":
        yield waiting_words(waiting)
    if "running" in state and not container.get("ready"):
        yield "running, not ready"
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


def _last_messages(pod: Pod) -> Iterator[str]:
    """What containers that ended left behind."""
    for container in containers_of(pod):
        ended = last_end(container)
        if not container.get("ready") and ended and ended.get("message"):
            yield f"container {container['name']}: {ended['message']}"


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
        "GET", f"/api/v1/namespaces/{namespace}/events", query={"fieldSelector": selector}
    )
    return sorted(listed["items"], key=_time_of)


def _time_of(event: Mapping[str, Any]) -> str:
    return event.get("lastTimestamp") or event.get("eventTime") or ""


def _logs(pod: Pod, client: Client) -> Iterator[str]:
    for container in containers_of(pod):
        if not container.get("ready"):
            yield from (f"log of {container['name']}: {line}" for line in _log(pod, container, client))


def _log(pod: Pod, container: Mapping[str, Any], client: Client) -> list[str]:
    has_ended = "terminated" in (container.get("lastState") or {})
    if "waiting" in (container.get("state") or {}) and not has_ended:
        return []
    metadata = pod["metadata"]
    query = {"container": container["name"], "tailLines": str(_LINES)}
    # A container that is started again and again says what is wrong in the run before this one.
    if has_ended:
        query["previous"] = "true"
    try:
        # Through the node's kubelet, which may be what is broken.
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
        return str(client.request("GET", path, query=query)).splitlines()
    except Problem:
        return []
