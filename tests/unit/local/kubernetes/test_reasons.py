"""What keeps an object is told from what is there now, and once."""

from typing import Any

from local.kubernetes.reasons import Reason, reasons

POD = {"metadata": {"name": "one-0", "namespace": "n", "creationTimestamp": "1"}, "spec": {"containers": []}}


class Cluster:
    """Answers with one pod, the warnings of its owner, and the log of a run."""

    def __init__(self, *, pods: tuple[Any, ...] = (), events: tuple[Any, ...] = ()) -> None:
        self.pods, self.events = pods, events

    def request(self, _: str, path: str, query: Any = None, **options: Any) -> Any:
        if path.endswith("/log"):
            return "of the run before" if "previous" in query else "of this run"
        if path.endswith("/events"):
            return {"items": self.events if "kind=StatefulSet" in query["fieldSelector"] else []}
        return {"items": self.pods}


def told(cluster: Cluster, replicas: int) -> list[Reason]:
    live = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "one", "namespace": "n", "uid": "1"},
        "spec": {"selector": {"matchLabels": {"app": "one"}}, "replicas": 1},
        "status": {"replicas": replicas, "updateRevision": "r"},
    }
    return reasons(live, cluster)  # pyright: ignore[reportArgumentType]


def pod(**container: Any) -> dict[str, Any]:
    return {**POD, "status": {"containerStatuses": [{"name": "main", "ready": False, **container}]}}


def test_a_refusal_is_told_until_the_pods_are_there():
    refused = {"reason": "FailedCreate", "message": "exceeded quota", "lastTimestamp": "1"}
    assert [reason.words for reason in told(Cluster(events=(refused,)), 0)] == [("no pods: exceeded quota",)]
    running = pod(state={"running": {}})
    for reason in told(Cluster(events=(refused,), pods=(running,)), 1):
        assert "no pods: exceeded quota" not in reason.words


def test_a_container_that_is_started_again_tells_what_was_wrong_in_the_run_before():
    ended = {"terminated": {"exitCode": 1, "reason": "Error"}}
    (first,) = told(Cluster(pods=(pod(state={"running": {}}),)), 1)
    assert first.log == ("log of main: of this run",)
    (again,) = told(Cluster(pods=(pod(state={"running": {}}, lastState=ended, restartCount=1),)), 1)
    assert again.log == ("log of main: of the run before",)
    (never,) = told(Cluster(pods=(pod(state={"waiting": {"reason": "ErrImagePull"}}),)), 1)
    assert never.log == ()


def test_a_reason_stays_the_same_whatever_pod_has_it_and_however_often():
    def gist(name: str, times: int, wrote: str) -> str:
        return Reason(about=name, words=(f"{name} ended {times} times",), log=(wrote,)).gist

    assert gist("one-x2x9k", 3, "a") == gist("one-7hq2c", 4, "b")
    assert Reason(words=("no pods: a",)).gist != Reason(words=("no pods: b",)).gist
