"""Teams that share machines for training: whose job begins, whose waits, who gives back what it borrowed."""

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from components.kubernetes.rbac import KUBE_SYSTEM
from components.queueing.api import QUEUE_LABEL, VERSION, VISIBILITY_GROUP
from components.queueing.kueue import NAME
from settings.queueing import LOCAL_QUEUE
from tests.cluster.full.cluster import FullCluster
from tests.cluster.full.idle_pods import idle_pod, running_pods
from tests.waits import LONGEST

TEAMS = ("vision", "research")
# Seconds in which a job that may not begin would have.
SECOND_LOOK = 8

pytestmark = pytest.mark.usefixtures("gpu_machine")
TRAINING = "queued"
CONFIG = {
    "metalml:training": [
        {
            "name": TRAINING,
            "namespace": "vision",
            "queue": LOCAL_QUEUE,
            "workers": 2,
            "command": ["python3", "-c", "print('trained')"],
            "directory": {"machine": "worker-2"},
            "size": "100Mi",
            "resources": {
                "requests": {"cpu": "300m", "memory": "64Mi"},
                "limits": {"cpu": "1", "memory": "256Mi"},
            },
        }
    ]
}


@pytest.fixture(autouse=True)
def no_jobs(full: FullCluster) -> Iterator[None]:
    yield
    for team in TEAMS:
        full.kubectl("delete", "jobs", "--all", "--namespace", team)


def job(name: str, team: str, *, pods: int, cpu: str = "300m", queued: bool = True, gpus: int = 0) -> Any:
    """A job as a data scientist may write it: its pods wait, until somebody takes them away."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": team,
            "labels": {QUEUE_LABEL: LOCAL_QUEUE} if queued else {},
        },
        "spec": {
            "parallelism": pods,
            "completions": pods,
            "template": {"spec": idle_pod(cpu=cpu, gpus=gpus, restartPolicy="Never")},
        },
    }


def pods_of(full: FullCluster, name: str, team: str) -> list[dict[str, Any]]:
    """Those of the job's pods that run."""
    return running_pods(full, team, "--selector", f"batch.kubernetes.io/job-name={name}")


def until_running(full: FullCluster, name: str, team: str, pods: int) -> None:
    deadline = time.monotonic() + LONGEST
    while len(pods_of(full, name, team)) != pods:
        assert time.monotonic() < deadline, full.kubectl("describe", "job,workload", "-n", team)
        time.sleep(0.5)


def is_suspended(full: FullCluster, name: str, team: str) -> bool:
    return full.get("job", name, team)["spec"].get("suspend", False)


def places_in_line(full: FullCluster, team: str) -> list[int]:
    """Of each job that waits in the team's queue how many are in front of it."""
    queue = f"/apis/{VISIBILITY_GROUP}/{VERSION}/namespaces/{team}/localqueues/{LOCAL_QUEUE}"
    listed = full.kubectl("get", "--raw", f"{queue}/pendingworkloads")
    return [one["positionInLocalQueue"] for one in json.loads(listed)["items"]]


def test_a_training_job_waits_as_a_whole_for_its_teams_share_and_then_runs(full: FullCluster) -> None:
    # All of the team's own share, and all but 100m of what the other team does not use.
    full.project.apply(job("before", "vision", pods=3))
    until_running(full, "before", "vision", 3)
    with full.models("queueing", CONFIG):
        time.sleep(SECOND_LOOK)
        waits = is_suspended(full, TRAINING, "vision")
        assert (waits, pods_of(full, TRAINING, "vision")) == (True, [])
        assert places_in_line(full, "vision") == [0]

        full.kubectl("delete", "job", "before", "-n", "vision")
        full.kubectl(
            "wait", f"job/{TRAINING}", "-n", "vision", "--for=condition=Complete", f"--timeout={LONGEST}s"
        )
        before = full.get("job", TRAINING, "vision")["metadata"]["uid"]
        assert "trained" in full.kubectl("logs", f"job/{TRAINING}", "-n", "vision")
        full.project.must("up", "queueing")
        assert full.get("job", TRAINING, "vision")["metadata"]["uid"] == before


def test_what_a_team_borrowed_goes_back_when_its_owner_has_work(full: FullCluster) -> None:
    full.project.apply(job("borrows", "vision", pods=3))
    until_running(full, "borrows", "vision", 3)
    full.project.apply(job("owner", "research", pods=1, cpu="500m"))
    until_running(full, "owner", "research", 1)
    assert is_suspended(full, "borrows", "vision")

    full.kubectl("delete", "job", "owner", "-n", "research")
    until_running(full, "borrows", "vision", 3)


def test_work_on_gpus_needs_no_toleration_of_its_own_and_no_more_of_them_than_there_are(
    full: FullCluster,
) -> None:
    full.project.apply(job("first", "research", pods=1, cpu="10m", gpus=1))
    until_running(full, "first", "research", 1)
    assert [one["spec"]["nodeName"] for one in pods_of(full, "first", "research")] == ["gpu-1"]
    # Both of the team's quota, of which the queue gives out one and nobody lends another.
    full.project.apply(job("second", "research", pods=1, cpu="10m", gpus=1))
    time.sleep(SECOND_LOOK)
    assert is_suspended(full, "second", "research")


def test_without_kueue_only_jobs_that_name_a_queue_are_refused(full: FullCluster) -> None:
    of_kueue = ("-n", KUBE_SYSTEM, f"deployment/{NAME}")
    full.kubectl("scale", *of_kueue, "--replicas=0")
    pods = ("pods", "-n", KUBE_SYSTEM, "-l", f"app.kubernetes.io/name={NAME}")
    full.kubectl("wait", *pods, "--for=delete", f"--timeout={LONGEST}s")
    try:
        full.project.apply(job("free", "vision", pods=1, cpu="10m", queued=False))
        until_running(full, "free", "vision", 1)
        with pytest.raises(subprocess.CalledProcessError) as refused:
            full.project.apply(job("waits", "vision", pods=1, cpu="10m"))
        assert "kueue" in refused.value.stderr
    finally:
        full.kubectl("scale", *of_kueue, "--replicas=1")
        # A pod that is ready is not yet one that the API server reaches.
        full.kubectl("rollout", "status", *of_kueue, f"--timeout={LONGEST}s")
        api = f"apiservice/{VERSION}.{VISIBILITY_GROUP}"
        full.kubectl("wait", api, "--for=condition=Available", f"--timeout={LONGEST}s")
    full.project.apply(job("waits", "vision", pods=1, cpu="10m"))
    until_running(full, "waits", "vision", 1)
