# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""Waits that annotations ask for, deletions that something holds, an API server that restarts meanwhile."""

import threading
import time
from contextlib import contextmanager, suppress

import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace

from components.kubernetes.timeouts import awaited
from tests.api.test_objects import custom
from tests.api.test_ownership import NO_FINALIZERS, wait_until
from tests.api.told import telling

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


def test_a_wait_that_fails_says_what_was_missing(stack, namespace, api_server):
    annotations = {WAIT_FOR: "condition=Ready", TIMEOUT: "2"}
    with telling(api_server) as told:
        stack.up(
            lambda options: custom("Lamp", "one", namespace, options, annotations, x=1),
            fails=True,
            on_event=told.on_event,
        )
        assert "condition Ready is not there" in told.error


def test_another_limit_of_a_wait_changes_nothing(stack, namespace):
    def build(limit):
        def lamp(options):
            custom("Lamp", "one", namespace, ResourceOptions.merge(options, limit), x=1)

        return lamp

    stack.up(build(ResourceOptions()))
    assert stack.up(build(ResourceOptions(custom_timeouts=awaited()))).changes == {}
    assert stack.state()["one"]["customTimeouts"] == {"create": 360, "update": 180}
    assert stack.up(build(ResourceOptions(custom_timeouts=awaited(turns=5)))).changes == {}


def test_a_deletion_says_which_finalizer_holds_it_and_goes_on_when_it_has_gone(stack, namespace, api_server):
    def build(options):
        metadata = {"name": "one", "namespace": namespace, "annotations": {TIMEOUT: "5"}}
        ConfigMap("one", metadata=metadata, opts=options)

    stack.up(build)
    hold = '{"metadata":{"finalizers":["test.example/hold"]}}'
    api_server.kubectl("patch", "configmap", "one", "-n", namespace, "-p", hold)
    with telling(api_server) as told:
        stack.destroy(fails=True, on_event=told.on_event)
        for text in (told.said, told.error):
            assert "finalizers that hold it: test.example/hold" in text
    release = ["patch", "configmap", "one", "-n", namespace, "--type=merge", "-p", NO_FINALIZERS]
    with soon(lambda: api_server.kubectl(*release)):
        stack.destroy()
    assert api_server.get("configmap", "one", namespace) is None


def test_a_namespace_goes_with_what_is_in_it_and_says_what_holds_it(stack, namespace, api_server):
    name = f"{namespace}-more"

    def build(options):
        metadata = {"name": name, "annotations": {TIMEOUT: "15"}}
        made = Namespace("more", metadata=metadata, opts=options)
        then = ResourceOptions.merge(options, ResourceOptions(depends_on=[made]))
        ConfigMap("ours", metadata={"name": "ours", "namespace": name}, opts=then)

    stack.up(build)
    theirs = {"name": "theirs", "namespace": name, "finalizers": ["test.example/hold"]}
    api_server.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": theirs}])
    with telling(api_server) as told:
        stack.destroy(fails=True, on_event=told.on_event)
        assert "test.example/hold in 1 resource instances" in told.error
    api_server.kubectl("patch", "configmap", "theirs", "-n", name, "--type=merge", "-p", NO_FINALIZERS)
    stack.destroy()
    assert api_server.get("namespace", name) is None


def test_a_wait_outlives_a_restart_of_the_api_server(stack, namespace, api_server):
    def meanwhile():
        wait_until(lambda: api_server.get("lamp", "one", namespace))
        api_server.restart()
        api_server.wait()
        wait_until(lambda: api_server.patch_status("lamp", "one", READY, namespace))

    with soon(meanwhile, 0):
        run = stack.up(
            lambda options: custom("Lamp", "one", namespace, options, {WAIT_FOR: "condition=Ready"}, x=1)
        )
    assert run.changes == {"one": "create"}


def test_what_a_restart_of_the_api_server_cuts_off_is_done_by_the_next_up(stack, namespace, api_server):
    names = {f"c{number}" for number in range(60)}

    def build(options):
        for name in names:
            ConfigMap(name, metadata={"name": name, "namespace": namespace}, opts=options)

    def meanwhile():
        wait_until(lambda: api_server.get("configmap", "c9", namespace))
        api_server.restart()
        api_server.wait()

    # It may be quick enough.
    with soon(meanwhile, 0), suppress(AssertionError):
        stack.up(build)
    assert set(stack.up(build).changes.values()) <= {"create"}
    assert stack.up(build).changes == {}
    assert names <= stack.state().keys()
    assert stack.destroy().changes.keys() == names
