# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""What belongs to somebody else stays theirs, and what a cut-off run made is taken up."""

import signal
import subprocess
import time

import pytest
from pulumi import Alias, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap

from tests.api.pods import pods_become, ready_status
from tests.waits import LONGEST

NO_FINALIZERS = '{"metadata":{"finalizers":[]}}'


def config_map(namespace, options, name="one", resource="one", annotations=None, **data):
    metadata = {"name": name, "namespace": namespace, "annotations": annotations}
    return ConfigMap(resource, metadata=metadata, data=data, opts=options)


def deployment(namespace, options, timeout=None):
    pod = {"containers": [{"name": "main", "image": "x"}]}
    annotations = {"pulumi.com/timeoutSeconds": timeout} if timeout else None
    return Deployment(
        "one",
        metadata={"name": "one", "namespace": namespace, "annotations": annotations},
        spec={
            "selector": {"matchLabels": {"app": "one"}},
            "template": {"metadata": {"labels": {"app": "one"}}, "spec": pod},
        },
        opts=options,
    )


@pytest.mark.usefixtures("only_on_4_25")
def test_an_object_that_others_made_is_left_alone_and_named(stack, namespace, api_server):
    api_server.kubectl("create", "configmap", "one", "-n", namespace, "--from-literal=k=theirs")

    def build(options):
        config_map(namespace, options, k="ours")

    for operation in (stack.preview, stack.up):
        assert f"ConfigMap {namespace}/one already exists" in operation(build, fails=True).text
    assert api_server.get("configmap", "one", namespace)["data"] == {"k": "theirs"}
    assert "one" not in stack.state()


@pytest.mark.usefixtures("only_on_4_25")
def test_two_stacks_never_share_an_object(stack, engine, namespace, api_server):
    stack.up(lambda options: config_map(namespace, options, k="first"))
    other = engine.stack(f"{stack.stack.name}-other")
    told = other.up(lambda options: config_map(namespace, options, k="second"), fails=True).text
    assert f"ConfigMap {namespace}/one already exists" in told
    # The same within one program, under two names.
    for first in ("one", "two"):
        stack.up(
            lambda options, first=first: (
                config_map(namespace, options, name=first, k="first"),
                config_map(namespace, options, name=first, resource="again", k="second"),
            ),
            fails=True,
        )
    assert api_server.get("configmap", "one", namespace)["data"] == {"k": "first"}


@pytest.mark.usefixtures("only_on_4_25")
def test_a_conflict_names_the_field_and_its_owner_and_can_be_forced(stack, namespace, api_server):
    stack.up(lambda options: config_map(namespace, options, k="a", other="a"))
    patch = '{"data":{"k":"by hand"}}'
    api_server.kubectl("patch", "configmap", "one", "-n", namespace, "-p", patch, "--field-manager=somebody")

    def build(options, **more):
        config_map(namespace, options, k="b", other="b", **more)

    for operation in (stack.preview, stack.up):
        told = operation(build, fails=True).text
        for part in ('conflict with "somebody"', ".data.k", namespace):
            assert part in told
    assert api_server.get("configmap", "one", namespace)["data"]["k"] == "by hand"
    stack.up(lambda options: build(options, annotations={"pulumi.com/patchForce": "true"}))
    assert api_server.get("configmap", "one", namespace)["data"]["k"] == "b"


def test_a_renamed_resource_keeps_its_object_and_its_fields(stack, namespace, api_server):
    stack.up(lambda options: config_map(namespace, options, k="a", gone="x"))
    uid = api_server.get("configmap", "one", namespace)["metadata"]["uid"]

    def renamed(options):
        then = ResourceOptions.merge(options, ResourceOptions(aliases=[Alias(name="one")]))
        config_map(namespace, then, resource="renamed", k="b")

    assert stack.up(renamed).changes == {"renamed": "update"}
    live = api_server.get("configmap", "one", namespace)
    assert live["data"] == {"k": "b"}
    assert live["metadata"]["uid"] == uid


@pytest.mark.usefixtures("only_on_4_25")
def test_what_a_killed_engine_had_begun_is_taken_up(stack, namespace, api_server):
    program = stack.in_background(lambda options: deployment(namespace, options))
    with program as engine:
        wait_until(lambda: api_server.get("deployment", "one", namespace))
        engine.send_signal(signal.SIGKILL)
    uid = api_server.get("deployment", "one", namespace)["metadata"]["uid"]
    assert "one" not in stack.state()
    assert plugins_of(stack)
    stack.unlock()
    wait_until(lambda: not plugins_of(stack))
    with pods_become(api_server, namespace, ready_status()):
        assert stack.up(lambda options: deployment(namespace, options)).changes == {"one": "create"}
    assert api_server.get("deployment", "one", namespace)["metadata"]["uid"] == uid


@pytest.mark.usefixtures("only_on_4_25")
def test_a_dying_object_is_waited_for_before_a_new_one_takes_its_name(stack, namespace, api_server):
    hold = '{"metadata":{"finalizers":["test.example/hold"]}}'
    api_server.kubectl("create", "configmap", "one", "-n", namespace)
    api_server.kubectl("patch", "configmap", "one", "-n", namespace, "-p", hold)
    api_server.kubectl("delete", "configmap", "one", "-n", namespace, "--wait=false")
    uid = api_server.get("configmap", "one", namespace)["metadata"]["uid"]
    with stack.in_background(lambda options: config_map(namespace, options, k="a")) as engine:
        time.sleep(2)
        api_server.kubectl("patch", "configmap", "one", "-n", namespace, "--type=merge", "-p", NO_FINALIZERS)
        assert engine.wait(LONGEST) == 0
    assert api_server.get("configmap", "one", namespace)["metadata"]["uid"] != uid


def wait_until(holds):
    deadline = time.monotonic() + LONGEST
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def plugins_of(stack):
    home = stack.stack.workspace.env_vars["PULUMI_HOME"]
    return subprocess.run(["pgrep", "-f", f"^{home}/plugins/"], capture_output=True, text=True).stdout.split()
