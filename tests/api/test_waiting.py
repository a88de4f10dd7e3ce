# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""Waits that annotations ask for, deletions that something holds, an API server that restarts meanwhile."""

import threading
import time
from contextlib import contextmanager

import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace

from tests.api.test_objects import custom
from tests.api.test_ownership import NO_FINALIZERS, wait_until

WAIT_FOR = "pulumi.com/waitFor"
TIMEOUT = "pulumi.com/timeoutSeconds"
READY = {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Running", "on": True}


@pytest.fixture(scope="module", autouse=True)
def _lamps(api_server):
    api_server.apply([crd("Lamp")])


def crd(kind):
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.test.example"},
        "spec": {
            "group": "test.example",
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [version],
        },
    }


@contextmanager
def soon(act, seconds=1.5):
    timer = threading.Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@pytest.mark.parametrize(
    "wanted",
    [
        "condition=Ready",
        "jsonpath={.status.phase}=Running",
        "jsonpath={.status.on}=true",
        '["condition=Ready", "jsonpath={.status.phase}"]',
    ],
)
def test_a_custom_resource_is_waited_for_as_its_annotation_says(stack, namespace, api_server, wanted):
    became = []

    def become_ready():
        wait_until(lambda: api_server.get("lamp", "one", namespace))
        time.sleep(1)
        became.append(time.monotonic())
        api_server.patch_status("lamp", "one", READY, namespace)

    with soon(become_ready, 0):
        stack.up(lambda options: custom("Lamp", "one", namespace, options, {WAIT_FOR: wanted}, x=1))
    assert time.monotonic() > became[0]


def test_a_wait_that_fails_says_what_was_missing_and_one_that_cannot_end_is_refused(stack, namespace):
    def build(wanted):
        annotations = {WAIT_FOR: wanted, TIMEOUT: "2"}
        return lambda options: custom("Lamp", "one", namespace, options, annotations, x=1)

    assert "'ready' is no condition=" in stack.preview(build("ready"), fails=True).text
    assert "after 2 s: condition Ready is not there" in stack.up(build("condition=Ready"), fails=True).text


def test_a_deletion_says_which_finalizer_holds_it_and_goes_on_when_it_has_gone(stack, namespace, api_server):
    def build(options):
        metadata = {"name": "one", "namespace": namespace, "annotations": {TIMEOUT: "3"}}
        ConfigMap("one", metadata=metadata, opts=options)

    stack.up(build)
    hold = '{"metadata":{"finalizers":["test.example/hold"]}}'
    api_server.kubectl("patch", "configmap", "one", "-n", namespace, "-p", hold)
    told = stack.destroy(fails=True).text
    assert f"ConfigMap {namespace}/one is still there, after 3 s" in told
    assert "test.example/hold" in told
    release = ["patch", "configmap", "one", "-n", namespace, "--type=merge", "-p", NO_FINALIZERS]
    with soon(lambda: api_server.kubectl(*release)):
        stack.destroy()
    assert api_server.get("configmap", "one", namespace) is None


def test_a_namespace_goes_with_what_is_in_it_and_says_what_holds_it(stack, namespace, api_server):
    name = f"{namespace}-more"

    def build(options):
        metadata = {"name": name, "annotations": {TIMEOUT: "8"}}
        made = Namespace("more", metadata=metadata, opts=options)
        then = ResourceOptions.merge(options, ResourceOptions(depends_on=[made]))
        ConfigMap("ours", metadata={"name": "ours", "namespace": name}, opts=then)

    stack.up(build)
    theirs = {"name": "theirs", "namespace": name, "finalizers": ["test.example/hold"]}
    api_server.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": theirs}])
    told = stack.destroy(fails=True).text
    assert f"Namespace {name} is still there" in told
    assert "test.example/hold in 1 resource instances" in told
    api_server.kubectl("patch", "configmap", "theirs", "-n", name, "--type=merge", "-p", NO_FINALIZERS)
    stack.destroy()
    assert api_server.get("namespace", name) is None


def test_an_api_server_that_restarts_meanwhile_ends_nothing(stack, namespace, api_server):
    def build(options):
        for number in range(60):
            metadata = {"name": f"c{number}", "namespace": namespace}
            ConfigMap(f"c{number}", metadata=metadata, opts=options)
        custom("Lamp", "one", namespace, options, {WAIT_FOR: "condition=Ready"}, x=1)

    def meanwhile():
        wait_until(lambda: api_server.get("configmap", "c9", namespace))
        api_server.restart()
        api_server.wait()
        wait_until(lambda: api_server.patch_status("lamp", "one", READY, namespace))

    with soon(meanwhile, 0):
        made = stack.up(build).changes
    assert set(made.values()) == {"create"} and len(made) == 61
    with soon(api_server.restart, 1):
        gone = stack.destroy().changes
    api_server.wait()
    assert set(gone.values()) == {"delete"} and len(gone) == 61
