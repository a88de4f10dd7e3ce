"""Two workers train, one is killed, training goes on from the checkpoint, and its model answers."""

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.full.cluster import FullCluster
from tests.waits import LONGEST

JOB = "half-plus-two"
NODE_PORT = 30081
CONFIG: dict[str, Any] = {
    "metalml:training": [
        {
            "name": JOB,
            "workers": 2,
            "script": "local/training/half_plus_two.py",
            # The image that serves has TensorFlow, where the server keeps it.
            "environment": {
                "PYTHONPATH": "/opt/model-server/packages",
                "TF_CPP_MIN_LOG_LEVEL": "1",
                "STEPS": "500",
                "STEP_SECONDS": "0.05",
            },
            "directory": {"machine": "worker-2"},
            "resources": {
                "requests": {"cpu": "100m", "memory": "256Mi"},
                "limits": {"cpu": "1", "memory": "1Gi"},
            },
        }
    ]
}
SERVED = {
    "metalml:models": [
        {
            "name": "trained",
            "servedName": JOB,
            "files": {
                "machine": "worker-2",
                "hostPath": f"/mnt/ml-training/{JOB}/models",
                "revision": "1",
            },
            "service": {"nodePort": NODE_PORT},
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
        }
    ]
}


@pytest.fixture(scope="module")
def trained(full: FullCluster) -> Iterator[FullCluster]:
    with full.models("training", CONFIG):
        yield full


def worker(full: FullCluster, index: int) -> str:
    """The name of the worker's newest pod."""
    labels = f"batch.kubernetes.io/job-name={JOB},batch.kubernetes.io/job-completion-index={index}"
    pods = full.kubectl(
        "get", "pods", "-n", "ml", "-l", labels, "--sort-by=.metadata.creationTimestamp", "-o", "name"
    )
    return pods.splitlines()[-1]


def said(full: FullCluster, index: int) -> list[str]:
    """What the worker has printed about its steps."""
    lines = full.kubectl("logs", "-n", "ml", worker(full, index)).splitlines()
    # Its steps are lines of JSON; what TensorFlow says besides is neither.
    return [line for line in lines if line.startswith((f"worker {index} ", "{"))]


def wait_until_said(full: FullCluster, index: int, words: str) -> str:
    """The first line of the worker with these words."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        for line in said(full, index):
            if words in line:
                return line
        time.sleep(1)
    raise AssertionError(f"worker {index} never said {words!r}: {said(full, index)}")


def test_a_killed_worker_is_replaced_and_training_goes_on_from_the_checkpoint(trained: FullCluster) -> None:
    wait_until_said(trained, 0, '"step": 100,')
    killed = worker(trained, 1)
    trained.kubectl("delete", "-n", "ml", killed, "--grace-period=0", "--force")
    deadline = time.monotonic() + LONGEST
    while worker(trained, 1) == killed and time.monotonic() < deadline:
        time.sleep(1)
    begun = wait_until_said(trained, 1, "begins at step ")
    assert int(begun.split()[-1]) >= 100
    trained.kubectl("wait", "-n", "ml", f"job/{JOB}", "--for=condition=Complete", f"--timeout={LONGEST}s")
    # It failed with its partner, and was made again as well.
    assert int(said(trained, 0)[0].split()[-1]) >= 100


def test_a_second_up_leaves_the_job_alone(trained: FullCluster) -> None:
    before = trained.get("job", JOB)["metadata"]["uid"]
    trained.project.must("up", "training")
    assert trained.get("job", JOB)["metadata"]["uid"] == before


def test_the_trained_model_answers_on_every_machine(trained: FullCluster) -> None:
    with trained.models("trained", SERVED):
        for number in (11, 12, 13, 14):
            url = f"http://10.84.0.{number}:{NODE_PORT}/v1/models/{JOB}:predict"
            answer = subprocess.run(
                ["curl", "-sS", "--max-time", "10", "-d", '{"instances":[1.0,5.0]}', url],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            assert [round(one, 1) for one in json.loads(answer)["predictions"]] == [2.5, 4.5]
