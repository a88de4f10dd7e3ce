"""When waiting for pods is given up: only for what no time mends, and not for what was mended since."""

from datetime import UTC, datetime, timedelta

import pytest

from local.plugins.kubernetes import prospects
from local.plugins.kubernetes.prospects import Prospects
from local.plugins.kubernetes.readiness import Hopeless

NOT_FOUND = 'Back-off pulling image "x": not found'
REFUSED = 'pods "x" is forbidden: exceeded quota: team, requested: count/pods=1'


class Cluster:
    """Answers with the pods of one object, and of its namespace."""

    def __init__(self):
        self.client = self
        self.pods = []
        self.going = False

    def request(self, _, path, query=None, **options):
        if path.endswith("/pods") and query is None:
            return {"items": [{"metadata": {"deletionTimestamp": "now"}}] if self.going else []}
        return {"items": self.pods if path.endswith("/pods") else []}


class Wait:
    """One wait for a StatefulSet, on a clock that goes as told."""

    def __init__(self, monkeypatch):
        self.cluster = Cluster()
        self.now = 1000.0
        monkeypatch.setattr(prospects.time, "monotonic", lambda: self.now)
        self._prospects = Prospects(self.cluster)  # pyright: ignore[reportArgumentType]

    def ends_within(self, seconds, conditions=()):
        """Whether it is given up when nothing changes for these seconds."""
        live = {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "one", "namespace": "n", "generation": 2},
            "spec": {"selector": {"matchLabels": {"app": "one"}}},
            "status": {"observedGeneration": 2, "updateRevision": "r", "conditions": list(conditions)},
        }
        until = self.now + seconds
        try:
            while self.now < until:
                self._prospects.look(live)
                self.now += 1
        except Hopeless:
            return True
        return False


@pytest.fixture
def wait(monkeypatch):
    return Wait(monkeypatch)


def at(**ago):
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(reason="", message="", restarts=0, ready=False, made=None, uid="1"):
    state = {"waiting": {"reason": reason, "message": message}} if reason else {"running": {}}
    container = {"name": "main", "state": state, "restartCount": restarts, "ready": ready}
    conditions = [{"type": "Ready", "status": "True"}] if ready else []
    return {
        "metadata": {"name": f"one-{uid}", "uid": uid, "creationTimestamp": made or at(seconds=0)},
        "status": {"containerStatuses": [container], "conditions": conditions},
    }


@pytest.mark.parametrize(
    ("reason", "message", "seconds"),
    [
        ("InvalidImageName", "couldn't parse image name", 3),
        ("ImagePullBackOff", NOT_FOUND, 30),
        ("ImagePullBackOff", "pull access denied", 30),
        ("ErrImagePull", "dial tcp: lookup registry.example: no such host", 70),
    ],
)
def test_an_image_that_cannot_be_had_ends_the_wait(wait, reason, message, seconds):
    wait.cluster.pods = [pod(reason, message)]
    assert wait.ends_within(seconds)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("ImagePullBackOff", "dial tcp: i/o timeout"),
        ("ErrImagePull", "connection refused"),
        ("ErrImagePull", "503 Service Unavailable"),
        ("CreateContainerConfigError", 'secret "later" not found'),
        ("ContainerCreating", ""),
        ("PodInitializing", ""),
    ],
)
def test_what_heals_by_itself_does_not(wait, reason, message):
    wait.cluster.pods = [pod(reason, message)]
    assert not wait.ends_within(600)


def test_an_image_that_was_missing_before_the_wait_gets_the_time_of_another_try(wait):
    wait.cluster.pods = [pod("ImagePullBackOff", NOT_FOUND, made=at(minutes=10))]
    assert not wait.ends_within(300)
    assert wait.ends_within(60)


def test_seconds_of_trouble_do_not_add_up_over_a_good_time_between(wait):
    wait.cluster.pods = [pod("ImagePullBackOff", NOT_FOUND)]
    assert not wait.ends_within(15)
    wait.cluster.pods = [pod()]
    assert not wait.ends_within(5)
    wait.cluster.pods = [pod("ImagePullBackOff", NOT_FOUND)]
    assert not wait.ends_within(15)


def test_a_crash_loop_ends_the_wait_once_it_goes_on_before_our_eyes(wait):
    wait.cluster.pods = [pod("CrashLoopBackOff", restarts=7)]
    # Its configuration may just have been mended.
    assert not wait.ends_within(300)
    wait.cluster.pods = [pod("CrashLoopBackOff", restarts=8)]
    assert wait.ends_within(3)


def test_a_few_crashes_are_no_crash_loop(wait):
    wait.cluster.pods = [pod()]
    assert not wait.ends_within(3)
    wait.cluster.pods = [pod("CrashLoopBackOff", restarts=3)]
    assert not wait.ends_within(300)


def test_while_one_pod_serves_the_others_are_waited_for(wait):
    broken = pod("InvalidImageName", uid="2")
    wait.cluster.pods = [pod(ready=True), broken]
    assert not wait.ends_within(300)
    wait.cluster.pods = [broken]
    assert wait.ends_within(3)


def test_a_quota_ends_the_wait_unless_pods_that_go_make_room(wait):
    failure = {"type": "ReplicaFailure", "status": "True", "message": REFUSED}
    conditions = [{**failure, "lastTransitionTime": at(seconds=0)}]
    wait.cluster.going = True
    assert not wait.ends_within(120, conditions)
    wait.cluster.going = False
    assert wait.ends_within(25, conditions)


def test_a_refusal_that_may_pass_is_waited_for(wait):
    failure = {"type": "ReplicaFailure", "status": "True", "lastTransitionTime": at(seconds=0)}
    for message in ('serviceaccount "x" not found', "failed calling webhook: connection refused"):
        assert not wait.ends_within(300, [{**failure, "message": message}])


def test_a_rollouts_own_deadline_ends_the_wait_unless_it_passed_before(wait):
    passed = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    wait.cluster.pods = [pod(ready=True), pod(uid="2")]
    assert not wait.ends_within(300, [{**passed, "lastTransitionTime": at(minutes=10)}])
    assert wait.ends_within(3, [{**passed, "lastTransitionTime": at(seconds=0)}])
