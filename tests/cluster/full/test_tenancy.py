"""Teams that share machines: whose pods go first, who gets no more, and who may do what."""

import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from settings.gpu_resources import GPU
from tests.cluster.full.cluster import FullCluster
from tests.cluster.full.idle_pods import idle_pod, running_pods
from tests.waits import LONGEST

SECOND_LOOK_SECONDS = 8
LOWEST = "test-lowest"
# Other tests have pods in the teams' namespaces, too.
OURS = {"tested": "tenancy"}
SELECTED = "--selector=tested=tenancy"

pytestmark = pytest.mark.usefixtures("gpu_machine")


@pytest.fixture
def apply(full: FullCluster) -> Callable[..., None]:
    def objects(*made: dict[str, Any]) -> None:
        full.project.apply({"apiVersion": "v1", "kind": "List", "items": list(made)})

    return objects


@pytest.fixture(autouse=True)
def no_pods(full: FullCluster) -> Iterator[None]:
    yield
    for team in ("vision", "research"):
        full.kubectl("delete", "pods", SELECTED, "--namespace", team, "--grace-period=1")


def pod(name: str, team: str, *, priority: str) -> dict[str, Any]:
    """A pod as a data scientist may write it: it waits, on a GPU."""
    tolerations = [{"key": GPU, "operator": "Exists", "effect": "NoSchedule"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": team, "labels": OURS},
        "spec": idle_pod(gpus=1, priorityClassName=priority, tolerations=tolerations),
    }


def running(full: FullCluster, team: str) -> set[str]:
    return {one["metadata"]["name"] for one in running_pods(full, team, SELECTED)}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.5)


def why_it_waits(full: FullCluster, name: str, team: str) -> str:
    conditions = full.get("pod", name, team)["status"].get("conditions", [])
    return " ".join(one.get("message", "") for one in conditions if one["type"] == "PodScheduled")


def test_serving_takes_the_place_of_best_effort_work_of_another_team(full: FullCluster, apply) -> None:
    apply(*(pod(name, "research", priority="best-effort") for name in ("one", "two")))
    until(lambda: running(full, "research") == {"one", "two"})
    apply(pod("answers", "vision", priority="serving"))
    until(lambda: running(full, "vision") == {"answers"})
    # One GPU was enough: the other pod stays.
    assert len(running(full, "research")) == 1


def test_best_effort_work_waits_even_for_the_place_of_less_and_training_does_not(
    full: FullCluster, apply
) -> None:
    lowest = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": LOWEST},
        "value": -2000,
    }
    apply(lowest)
    try:
        apply(*(pod(name, "research", priority=LOWEST) for name in ("one", "two")))
        until(lambda: running(full, "research") == {"one", "two"})
        apply(pod("patient", "vision", priority="best-effort"))
        until(lambda: "Insufficient nvidia.com/gpu" in why_it_waits(full, "patient", "vision"))
        time.sleep(SECOND_LOOK_SECONDS)
        assert running(full, "research") == {"one", "two"}
        assert "preemptionPolicy=Never" in why_it_waits(full, "patient", "vision")

        full.kubectl("delete", "pod", "patient", "--namespace", "vision")
        apply(pod("impatient", "vision", priority="training"))
        until(lambda: running(full, "vision") == {"impatient"})
    finally:
        full.kubectl("delete", "priorityclass", LOWEST)


def test_over_its_gpu_quota_a_team_is_refused_with_the_quotas_name(full: FullCluster, apply) -> None:
    apply(pod("first", "vision", priority="training"))
    with pytest.raises(subprocess.CalledProcessError) as refused:
        apply(pod("second", "vision", priority="training"))
    assert (
        f"exceeded quota: vision-quota, requested: requests.{GPU}=1, used: requests.{GPU}=1, "
        f"limited: requests.{GPU}=1"
    ) in refused.value.stderr


@pytest.mark.parametrize(
    ("may", "team", "allowed"),
    [
        ("create jobs", "vision", True),
        ("get pods/log", "vision", True),
        ("get resourcequotas", "vision", True),
        ("get secrets", "vision", False),
        ("patch resourcequotas", "vision", False),
        ("patch deployments", "vision", False),
        ("get pods", "research", False),
        ("get secrets", "research", False),
        ("get pods", "kube-system", False),
    ],
)
def test_a_member_of_a_team_may_work_in_its_namespace_only(
    full: FullCluster, may: str, team: str, allowed: bool
) -> None:
    verb, resource = may.split()
    who = ("--as=ada", "--as-group=vision", "--as-group=system:authenticated")
    try:
        answer = full.kubectl("auth", "can-i", verb, resource, "--namespace", team, *who)
    except subprocess.CalledProcessError as error:
        answer = error.stdout
    assert answer.strip() == ("yes" if allowed else "no")


def test_a_models_stack_that_needs_more_than_its_team_has_is_refused_in_its_preview(
    full: FullCluster,
) -> None:
    model = {
        "name": "greedy",
        "namespace": "vision",
        "servedName": "greedy",
        "replicas": 8,
        "files": {"source": ".local/models/half_plus_two", "machine": "worker-2"},
        "service": {"nodePort": 30099},
    }
    full.write("greedy", {"metalml:models": [model]})
    refused = full.project.run("up", "greedy")
    try:
        assert refused.code != 0
        assert "the team vision has requests.cpu 4, and its models and training need 4.5 (greedy 4.5)" in (
            refused.text + full.project.log("up")
        )
    finally:
        full.project.run("down", "greedy")
