"""Waiting until an object is ready, and until it has gone."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.client import ApiError
from local.plugins.kubernetes.objects import Objects
from local.plugins.kubernetes.prospects import Prospects
from local.plugins.kubernetes.readiness import Hopeless, rule_for
from local.plugins.kubernetes.reasons import reasons
from local.plugins.provider import Failed


class NotReady(Failed):
    """The object is there, but not what it was made to be."""

    def __init__(self, live: Mapping[str, Any], why: list[str]) -> None:
        super().__init__("; ".join(why))
        self.live, self.why = live, why


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """How long one operation waits, and whom it tells what for."""

    objects: Objects
    seconds: float
    stopped: threading.Event
    tell: Callable[[str], None]

    def until_ready(self, live: dict[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The object when it is ready. Raises NotReady with the reasons where it does not become so.

        An API server that does not answer for a while ends no wait: the object is there.
        """
        rule, said, prospects = rule_for(live), None, Prospects(self.objects)
        if rule is None:
            return live
        for over in self._looks():
            try:
                missing = rule(live, self.objects)
                if missing is None:
                    return live
                if over:
                    raise Hopeless(f"{over}: {missing}")
                missing = "; ".join(filter(None, (missing, prospects.look(live))))
            except Hopeless as error:
                why = str(error)
                more = [line for line in reasons(live, self.objects) if line not in why]
                raise NotReady(live, [why, *more]) from error
            except ApiError as error:
                raise NotReady(live, [f"what it needs cannot be read: {error}"]) from error
            except Failed as error:
                missing = str(error)
                if over:
                    raise NotReady(live, [f"{over}: {missing}"]) from error
            if missing != said:
                self.tell(missing)
                said = missing
            live = self._fresh(live, inputs)
        raise AssertionError("the last look is final")

    def until_gone(self, inputs: Mapping[str, Any], uid: str) -> None:
        """Return when the object of this uid is there no more; raises Failed with what holds it."""
        told = False
        for over in self._looks():
            try:
                live = self.objects.read(inputs)
            except ApiError:
                raise
            except Failed:
                if over:
                    raise
                continue
            # Another object of the same name is somebody else's new one.
            if live is None or live["metadata"]["uid"] != uid:
                return
            held = _held_by(live)
            if over:
                raise Failed(
                    f"{inputs['kind']} {self.objects.identity(inputs)} is still there, {over}; {held}"
                )
            if not told:
                self.tell(held)
                told = True

    def _fresh(self, live: dict[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        try:
            found = self.objects.read(inputs)
        except ApiError as error:
            raise NotReady(live, [f"it cannot be read: {error}"]) from error
        except Failed:
            return live
        if found is None or found["metadata"]["uid"] != live["metadata"]["uid"]:
            raise Failed(
                f"{inputs['kind']} {self.objects.identity(inputs)} was deleted while it was waited for"
            )
        return found

    def _looks(self) -> Iterator[str]:
        """Time for a look, at first often; the last one comes with why it is the last."""
        deadline, pause = time.monotonic() + self.seconds, 0.05
        while True:
            if self.stopped.is_set():
                yield "the run was stopped"
            elif time.monotonic() > deadline:
                yield f"after {self.seconds:.0f} s"
            else:
                yield ""
            self.stopped.wait(pause)
            pause = min(pause * 1.3, 1.0)


def _held_by(live: Mapping[str, Any]) -> str:
    """What keeps an object that is to go."""
    said = [
        found.get("message", "")
        for found in (live.get("status") or {}).get("conditions") or []
        if live["kind"] == "Namespace" and found.get("status") == "True"
    ]
    finalizers = live["metadata"].get("finalizers") or []
    if finalizers:
        said.append(f"finalizers that hold it: {', '.join(finalizers)}")
    return "; ".join(said) or "nothing is known to hold it"
