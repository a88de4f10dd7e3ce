"""Whoever asks why something is not ready is told, also beside an `up` that has not ended."""

import io
import time
from functools import partial
from pathlib import Path

import pytest
from pulumi_kubernetes.core.v1 import ConfigMap

from local import state, why
from local.progress import Progress
from tests.api.pods import pods_become, ready_status, waiting_status
from tests.api.test_not_ready import NOT_FOUND, workload
from tests.api.told import telling_by
from tests.waits import LONGEST


@pytest.fixture(autouse=True)
def _made_here(stack, monkeypatch):
    """The stack of the test, as one that `make up` has made."""
    workspace = stack.stack.workspace
    monkeypatch.setattr(state, "has_state", lambda name: name == stack.stack.name)
    monkeypatch.setattr(state, "engine_environment", lambda: dict(workspace.env_vars))
    monkeypatch.setattr(state, "PULUMI_HOME", Path(workspace.env_vars["PULUMI_HOME"]))
    monkeypatch.setattr(state, "STACK_CONFIG", workspace.work_dir)


def asked(stack):
    stream = io.StringIO()
    why.why(stack.stack.name, Progress(stream))
    return stream.getvalue()


def test_the_cluster_is_found_in_the_state_while_an_up_runs(stack, namespace, api_server):
    found = partial(state.read_kubeconfig, stack.stack.name)
    with (
        pods_become(api_server, namespace, waiting_status("ImagePullBackOff", NOT_FOUND)),
        telling_by(found) as told,
    ):
        stack.up(
            lambda options: workload("one", namespace, options, seconds=20),
            fails=True,
            on_event=told.on_event,
        )
    assert "x: not found" in told.said


def test_what_is_not_ready_and_what_is_not_there_is_listed_with_what_keeps_it(stack, namespace, api_server):
    def build(options):
        ConfigMap("gone", metadata={"name": "gone", "namespace": namespace}, opts=options)
        ConfigMap("there", metadata={"name": "there", "namespace": namespace}, opts=options)
        workload("one", namespace, options, seconds=100)

    with pods_become(api_server, namespace, ready_status()):
        stack.up(build)
    assert asked(stack) == f"0 of 3 objects of stack {stack.stack.name} are not ready\n"
    api_server.kubectl("delete", "configmap", "gone", "-n", namespace)
    with pods_become(api_server, namespace, waiting_status("ImagePullBackOff", NOT_FOUND)):
        api_server.kubectl("delete", "pod", "-n", namespace, "--all", "--force", "--grace-period=0")
        pod = ["get", "pods", "-n", namespace, "-o", "jsonpath={.items[*].status.containerStatuses}"]
        deadline = time.monotonic() + LONGEST
        while "not found" not in api_server.kubectl(*pod).stdout:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        told = asked(stack)
    assert f"ConfigMap {namespace}/gone: it is not there" in told
    assert f"Deployment {namespace}/one: 0 of 1 pods are available\n    pod one-" in told
    assert "container main: ImagePullBackOff" in told and "x: not found" in told
    assert "there:" not in told
    assert "2 of 3 objects" in told
