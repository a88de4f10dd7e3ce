"""`make up STACK=full` ends with every machine in the cluster and its model answering."""

import json
import subprocess

import pytest

from tests.cluster.full.cluster import STACK, FullCluster
from tests.cluster.load import Load
from tests.waits import LONGEST


def test_every_machine_is_ready(full: FullCluster) -> None:
    nodes = full.kubectl("get", "nodes", "--no-headers").splitlines()
    assert {line.split()[0]: line.split()[1] for line in nodes} == {
        "control-1": "Ready",
        "gpu-1": "Ready",
        "worker-1": "Ready",
        "worker-2": "Ready",
    }


@pytest.mark.parametrize("number", [11, 12, 13, 14])
def test_the_model_answers_on_every_machine(full: FullCluster, number: int) -> None:
    url = f"http://10.84.0.{number}:30050/v1/models/default:predict"
    answer = subprocess.run(
        ["curl", "-sS", "--max-time", "10", "-d", '{"instances":[1.0,2.0,5.0]}', url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert json.loads(answer) == {"predictions": [2.5, 3.0, 4.5]}


def test_services_outlive_a_restart_of_kube_proxy(full: FullCluster, gpu_machine: None) -> None:
    # It then compares what the node's rules are with what they should be, as it does once an hour.
    proxy = ("-n", "kube-system", "-l=k8s-app=kube-proxy", "--field-selector=spec.nodeName=gpu-1")
    with Load("http://10.84.0.14:30050/v1/models/default:predict", per_second=50) as load:
        load.until_answered()
        full.kubectl("delete", "pod", *proxy)
        full.kubectl("wait", "pod", "--for=condition=Ready", f"--timeout={LONGEST}s", *proxy)
        # Its first look at the rules comes seconds after it has started.
        load.until(load.requests + 500)
    assert not load.failures, load.told()


def test_a_second_up_changes_nothing(full: FullCluster) -> None:
    run = full.owner.must("up", STACK)
    assert "created" not in run.text and "updated" not in run.text and "deleted" not in run.text
