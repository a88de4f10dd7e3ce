"""What an `up` is told of its waits costs it nothing, and cannot harm it."""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from pulumi.automation import EngineEvent

from local import waits
from local.kubernetes.reasons import Reason
from local.waits import Waits

URN = "urn:pulumi:dev::metalml::kubernetes:apps/v1:Deployment::ml-model"
INPUTS = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "ml-model", "namespace": "ml"}}


class Cluster:
    """Has one object that is not ready, for a reason that changes as told."""

    reasons: ClassVar[list[Reason]] = []

    def __init__(self, _: str) -> None:
        self.client = None

    def read(self, thing: Any) -> Any:
        return thing


@pytest.fixture(autouse=True)
def _cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "Objects", Cluster)
    monkeypatch.setattr(waits, "reasons", lambda live, client: Cluster.reasons)
    Cluster.reasons = [Reason(words=("no pods: exceeded quota",))]


def event(kind: str, of: str = "kubernetes:apps/v1:Deployment") -> EngineEvent:
    state = {"type": of, "urn": URN, "inputs": INPUTS}
    metadata = {"op": "create", "urn": URN, "type": of, "provider": "", "new": state}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 0, kind: {"metadata": metadata}})


def watched(
    *kinds: str,
    kubeconfig: Callable[[], str | None] = lambda: "there",
    patience: float = 0,
    seconds: float = 0.2,
) -> tuple[list[str], Waits]:
    said: list[str] = []
    with Waits(kubeconfig, said.append, patience=patience, look=0.02) as watching:
        for kind in kinds:
            watching(event(kind))
        time.sleep(0.2)
        watching.last_words(URN)
    return said, watching


def test_where_nothing_waits_long_nobody_asks_for_the_cluster():
    asked: list[str] = []

    def kubeconfig() -> None:
        asked.append("once")

    watched("resourcePreEvent", "resOutputsEvent", kubeconfig=kubeconfig, patience=0.1)
    watched("resourcePreEvent", kubeconfig=kubeconfig, patience=60)
    assert asked == []
    watched("resourcePreEvent", kubeconfig=kubeconfig)
    assert asked


def test_a_reason_is_said_once_however_long_it_stands():
    assert watched("resourcePreEvent")[0] == [
        "  waits for Deployment ml-model (0.0s)\n      no pods: exceeded quota"
    ]


def test_pods_with_the_same_trouble_are_told_of_by_one():
    Cluster.reasons = [
        Reason(about=f"ml-model-{number}", words=(f"ml-model-{number}: started again {number} times",))
        for number in (3, 4)
    ]
    (said,) = watched("resourcePreEvent")[0]
    assert "ml-model-3" in said and "ml-model-4" not in said


def test_a_cluster_that_is_not_there_yet_harms_nothing():
    assert watched("resourcePreEvent", "resOpFailedEvent", kubeconfig=lambda: None)[0] == []


def test_whatever_goes_wrong_with_a_look_harms_nothing(monkeypatch):
    monkeypatch.setattr(waits, "reasons", lambda live, client: {}["surprise"])
    said, watching = watched("resourcePreEvent", "resOpFailedEvent")
    assert said == []
    assert watching.last_words(URN) == []


def test_of_what_failed_the_last_words_are_kept():
    said, watching = watched("resourcePreEvent", "resOpFailedEvent", patience=60)
    assert said == []
    assert watching.last_words(URN) == ["no pods: exceeded quota"]


def test_a_cluster_that_does_not_answer_delays_the_end_of_a_run_once(monkeypatch):
    monkeypatch.setattr(waits, "_LAST", 0.3)
    monkeypatch.setattr(waits, "reasons", lambda live, client: time.sleep(0.5) or [])
    with Waits(lambda: "there", print, patience=60) as watching:
        for number in range(4):
            failed = event("resOpFailedEvent")
            assert failed.res_op_failed_event
            failed.res_op_failed_event.metadata.urn = f"{URN}-{number}"
            watching(failed)
        began = time.monotonic()
        assert [watching.last_words(f"{URN}-{number}") for number in range(4)] == [[]] * 4
        assert time.monotonic() - began < 0.5
