"""Whether it is worth waiting for pods any longer.

Only what no time mends ends a wait early. A node that comes, a Secret that is made, a volume that is bound, a
machine that is rented, a service that another container needs: all that heals by itself, and is waited for.
What failed before the wait began may have been mended since: it has to fail again.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.plugins.kubernetes.kinds import group_kind
from local.plugins.kubernetes.objects import Objects
from local.plugins.kubernetes.pods import Pod, containers_of, is_ready, pods_of
from local.plugins.kubernetes.readiness import Hopeless, condition, is_observed
from local.plugins.kubernetes.reasons import refusals, states, waiting_words
from local.plugins.provider import Failed

# Seconds between two looks at pods.
_LOOK = 2.0
# Kinds that are ready when pods of theirs are; of the first the pods can be those of an older version.
_OF_VERSIONS = frozenset({"apps/DaemonSet", "apps/Deployment", "apps/StatefulSet"})
_OF_PODS = frozenset({"/Pod", "batch/Job"})
# Starts again of a container that fails each time. The kubelet does the first at once, the next after 10, 20
# and 40 s: it had more than a minute for whatever it needs from others.
_RESTARTS = 4
# What is decided by an object that would have to be changed; other refusals pass, as a missing account's.
_FOR_GOOD = re.compile(r"exceeded quota|violates PodSecurity|usage per (Container|Pod) is|is invalid:")
# Registries' ways to say that there is no such image, or not for us.
_NO_IMAGE = re.compile(
    r"not found|manifest unknown|repository does not exist|name unknown"
    r"|denied|unauthorized|authentication required",
    re.IGNORECASE,
)
# A name that no DNS knows, asked for again and again; a registry that is only down comes back.
_NO_REGISTRY = re.compile("no such host", re.IGNORECASE)
_NEVER_AN_IMAGE = ("ErrImageNeverPull", "InvalidImageName")
_NOT_PULLED = ("ErrImagePull", "ImagePullBackOff")


# Seconds that something is older than the wait when it tells of the time before; clocks differ.
_BEFORE = 60
# Seconds until the kubelet has tried again whatever it had failed before.
_LONGEST_PAUSE = 330


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A reason to give up, once it has stood for some seconds."""

    name: str
    words: str
    seconds: float
    begun: str = ""
    """When what it tells of was made, as the API server writes times."""


class Prospects:
    """Looks now and then at the pods behind one object that is waited for."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._began = datetime.now(UTC)
        self._next_look = 0.0
        self._since: dict[str, float] = {}
        self._restarts: dict[tuple[str, str], int] = {}
        self._said = ""

    def look(self, live: Mapping[str, Any]) -> str:
        """What the pods say, in short. Raises Hopeless with what will not change."""
        now, kind = time.monotonic(), group_kind(live)
        looked_at = kind in _OF_PODS or (kind in _OF_VERSIONS and is_observed(live))
        if looked_at and now >= self._next_look:
            self._next_look = now + _LOOK
            try:
                self._said = self._looked(live, now)
            except Failed:
                # Who may not look at pods waits to the end.
                self._said = ""
        return self._said

    def _looked(self, live: Mapping[str, Any], now: float) -> str:
        pods = pods_of(live, self._objects)
        grounds = list(_deadline(live))
        # While one pod of this version serves, the version is not what is wrong with the others.
        if not any(map(is_ready, pods)):
            grounds += self._grounds(live, pods)
        self._since = {ground.name: self._since.get(ground.name, now) for ground in grounds}
        for ground in grounds:
            if now - self._since[ground.name] >= self._patience(ground):
                raise Hopeless(f"it will not become ready: {ground.words}")
        said = [f"pod {pod['metadata']['name']}, {words}" for pod in pods for words in states(pod)]
        return next(iter([ground.words for ground in grounds] + said), "")

    def _patience(self, ground: Ground) -> float:
        stale = ground.begun and self._began - datetime.fromisoformat(ground.begun) > timedelta(
            seconds=_BEFORE
        )
        return _LONGEST_PAUSE if stale else ground.seconds

    def _grounds(self, live: Mapping[str, Any], pods: Sequence[Pod]) -> Iterator[Ground]:
        for refusal in refusals(live, self._objects):
            if _FOR_GOOD.search(refusal.words) and not self._is_making_room(live):
                yield Ground(name="refused", words=refusal.words, seconds=15, begun=refusal.begun)
        for pod in pods:
            for container in containers_of(pod):
                found = self._ground_of(pod, container)
                if found:
                    yield found

    def _ground_of(self, pod: Pod, container: Mapping[str, Any]) -> Ground | None:
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason, message = waiting.get("reason"), waiting.get("message", "")
        words = f"container {container['name']}: {waiting_words(waiting)}"
        begun, restarts = pod["metadata"]["creationTimestamp"], container.get("restartCount", 0)
        first = self._restarts.setdefault((pod["metadata"]["uid"], container["name"]), restarts)
        if reason in _NEVER_AN_IMAGE:
            return Ground(name="image", words=words, seconds=0)
        # The kubelet tries again after 10, 20 and 40 s: each time is longer than some tries take.
        if reason in _NOT_PULLED and _NO_IMAGE.search(message):
            return Ground(name="image", words=words, seconds=20, begun=begun)
        if reason in _NOT_PULLED and _NO_REGISTRY.search(message):
            return Ground(name="registry", words=words, seconds=60, begun=begun)
        if reason == "CrashLoopBackOff" and restarts >= _RESTARTS and restarts > first:
            return Ground(name="crashes", words=f"{words} after {restarts} restarts", seconds=0)
        return None

    def _is_making_room(self, live: Mapping[str, Any]) -> bool:
        path = f"/api/v1/namespaces/{live['metadata']['namespace']}/pods"
        listed = self._objects.client.request("GET", path, brief=True)["items"]
        return any(pod["metadata"].get("deletionTimestamp") for pod in listed)


def _deadline(live: Mapping[str, Any]) -> Iterator[Ground]:
    found = condition(live, "Progressing")
    if found.get("reason") == "ProgressDeadlineExceeded":
        yield Ground(
            name="deadline", words=found.get("message", ""), seconds=0, begun=found["lastTransitionTime"]
        )
