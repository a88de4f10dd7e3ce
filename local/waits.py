"""Says why an object is waited for, while the engine waits and when it has given up.

Pulumi's Kubernetes provider tells of pods what their status says; not why none could be made or scheduled,
and nothing of what they wrote. So this looks into the cluster itself: only where something is waited for long
or has failed, beside the run, and whatever goes wrong with a look is no matter of the run.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from types import TracebackType
from typing import Any

from pulumi.automation import EngineEvent
from pulumi.automation.events import StepEventMetadata

from local.kubernetes.objects import Objects
from local.kubernetes.reasons import Reason, reasons
from local.progress import spell
from local.urns import short

# Seconds until a wait is a long one: most pods are ready by then.
PATIENCE = 25
# Seconds between two looks.
_LOOK = 5
# Seconds that a run which has failed waits for the last looks, all together.
_LAST = 20

Object = Mapping[str, Any]


class Waits:
    """Receives the engine's events, and looks at objects while it is entered.

    `kubeconfig` is asked when the first look is due; None: the cluster is not there yet.
    """

    def __init__(
        self,
        kubeconfig: Callable[[], str | None],
        say: Callable[[str], None],
        *,
        patience: float = PATIENCE,
        look: float = _LOOK,
    ) -> None:
        self._kubeconfig, self._say = kubeconfig, say
        self._patience, self._look = patience, look
        self._over = threading.Event()
        self._waiting: dict[str, tuple[Object, float]] = {}
        self._said: dict[str, set[str]] = {}
        self._objects: Objects | None = None
        self._looks = ThreadPoolExecutor(1)
        self._last_looks: dict[str, Future[list[Reason]]] = {}
        self._last_by = 0.0

    def __enter__(self) -> "Waits":
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._looks.shutdown(wait=False, cancel_futures=True)

    def __call__(self, event: EngineEvent) -> None:
        """Take one event."""
        if event.resource_pre_event:
            metadata = event.resource_pre_event.metadata
            thing = _object_of(metadata)
            if thing:
                self._waiting[metadata.urn] = (thing, time.monotonic())
        elif event.res_outputs_event:
            self._waiting.pop(event.res_outputs_event.metadata.urn, None)
        elif event.res_op_failed_event:
            metadata = event.res_op_failed_event.metadata
            self._waiting.pop(metadata.urn, None)
            thing = _object_of(metadata)
            if thing:
                self._last_looks[metadata.urn] = self._looks.submit(self._reasons, thing)

    def last_words(self, urn: str) -> list[str]:
        """What was found of an object whose operation failed; lines for a person."""
        if urn not in self._last_looks:
            return []
        self._last_by = self._last_by or time.monotonic() + _LAST
        try:
            found = self._last_looks[urn].result(timeout=max(0, self._last_by - time.monotonic()))
        except TimeoutError:
            return []
        return [line for reason in found for line in reason.lines]

    def _watch(self) -> None:
        while not self._over.wait(self._look):
            now = time.monotonic()
            for urn, (thing, begun) in list(self._waiting.items()):
                if now - begun >= self._patience and not self._over.is_set():
                    self._tell(urn, now - begun, self._reasons(thing))

    def _tell(self, urn: str, seconds: float, found: list[Reason]) -> None:
        said = self._said.setdefault(urn, set())
        new: dict[str, Reason] = {}
        for reason in found:
            # Of pods that have the same trouble the first tells it.
            if reason.gist not in said:
                new.setdefault(reason.gist, reason)
        if new and urn in self._waiting:
            said.update(new)
            lines = [line for reason in new.values() for line in reason.lines]
            self._say("\n      ".join([f"  waits for {short(urn)} ({spell(seconds)})", *lines]))

    def _reasons(self, thing: Object) -> list[Reason]:
        try:
            if self._objects is None:
                kubeconfig = self._kubeconfig()
                self._objects = Objects(kubeconfig) if kubeconfig else None
            live = self._objects.read(thing) if self._objects else None
            return reasons(live, self._objects.client) if live and self._objects else []
        except Exception:
            # The run goes on without, whatever an object looks like and whoever does not answer.
            return []


def _object_of(metadata: StepEventMetadata) -> Object | None:
    """Kind, namespace and name of the object that a step is about; None where it is about something else."""
    if not metadata.type.startswith("kubernetes:"):
        return None
    state = metadata.new or metadata.old
    inputs = (state.inputs if state else None) or {}
    found = inputs.get("metadata")
    is_named = isinstance(found, Mapping) and "name" in found and "apiVersion" in inputs and "kind" in inputs
    return inputs if is_named else None
