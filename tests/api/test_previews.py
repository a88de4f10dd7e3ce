# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""A preview shows what would be, says what would fail, and touches nothing."""

import json

import pulumi
import pulumi_kubernetes
import yaml
from pulumi_command.local import Command, Logging
from pulumi_kubernetes.core.v1 import ConfigMap, Service


def config_map(namespace, options, name="one", **data):
    metadata = {"name": name, "namespace": namespace}
    return ConfigMap("one", metadata=metadata, data=data, opts=options)


def service(namespace, options, port):
    spec = {"ports": [{"port": port}]}
    return Service("service", metadata={"name": "one", "namespace": namespace}, spec=spec, opts=options)


def test_a_preview_shows_every_change_and_makes_none(stack, namespace, api_server):
    stack.up(lambda options: config_map(namespace, options, k="a"))
    before = api_server.get("configmap", "one", namespace)

    def changed(options):
        config_map(namespace, options, k="b")
        service(namespace, options, 80)

    shown = stack.preview(changed)
    assert shown.changes == {"one": "update", "service": "create"}
    assert shown.details["one"] == {"data.k": "update"}
    assert stack.preview(lambda options: None).changes == {"one": "delete"}
    assert api_server.get("configmap", "one", namespace) == before
    assert api_server.get("service", "one", namespace) is None


def test_what_the_api_server_would_refuse_is_said_before_anything_is_made(stack, namespace, api_server):
    def build(options):
        config_map(namespace, options, k="a")
        service(namespace, options, 70000)

    told = stack.preview(build, fails=True).text
    assert "spec.ports[0].port: Invalid value: 70000" in told
    assert api_server.get("configmap", "one", namespace) is None


def test_a_cluster_that_is_not_there_yet_can_be_previewed_and_then_made(stack, namespace, api_server):
    def build(_):
        made = Command("cluster", create=f"cat {api_server.kubeconfig}", logging=Logging.NONE)
        config_map(namespace, provided(made.stdout), k="a")

    assert stack.preview(build).changes == {"cluster": "create", "one": "create"}
    stack.up(build)
    assert api_server.get("configmap", "one", namespace)


def test_another_kubeconfig_for_the_same_cluster_replaces_nothing(stack, namespace, api_server):
    def build(kubeconfig):
        return lambda _: config_map(namespace, provided(kubeconfig), k="a")

    text = api_server.kubeconfig.read_text()
    stack.up(build(text))
    uid = api_server.get("configmap", "one", namespace)["metadata"]["uid"]
    # As after a renewed certificate: other words, and another name of the same place.
    other = yaml.safe_load(text)
    other["contexts"][0]["name"] = other["current-context"] = "renewed"
    assert stack.preview(build(json.dumps(other))).changes == {}
    assert stack.up(build(json.dumps(other))).changes == {}
    assert api_server.get("configmap", "one", namespace)["metadata"]["uid"] == uid


def test_a_cluster_that_will_be_read_anew_replaces_nothing(stack, namespace, api_server):
    def build(comment):
        def program(_):
            made = Command("cluster", create=f"cat {api_server.kubeconfig} # {comment}", logging=Logging.NONE)
            config_map(namespace, provided(made.stdout), k="a")

        return program

    stack.up(build("first"))
    shown = stack.preview(build("second"))
    assert set(shown.changes.values()) == {"update"}, shown.steps
    assert stack.up(build("second")).changes == {"cluster": "update"}


def provided(kubeconfig):
    provider = pulumi_kubernetes.Provider("of the test", kubeconfig=kubeconfig, cluster_identifier="test")
    return pulumi.ResourceOptions(provider=provider)
