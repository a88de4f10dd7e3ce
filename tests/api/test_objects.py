# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""Objects come, change and go as the program says, and nothing else does."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from pulumi import ComponentResource, ResourceOptions, export
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.serving.service import register_service


def config_map(name, namespace, options, **data):
    metadata = {"name": name, "namespace": namespace, "labels": {"test.example/part.of": "a"}}
    return ConfigMap(name, metadata=metadata, data=data, opts=options)


def definition(kind, options, more=None):
    given = definition_of(kind, more or {})
    return CustomResourceDefinition(kind, metadata=given["metadata"], spec=given["spec"], opts=options)


def definition_of(kind, more):
    plural = f"{kind.lower()}s"
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "size": {"type": "integer"},
                    "share": {"type": "number"},
                    "on": {"type": "boolean", "default": True},
                },
            },
            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            **more,
        },
    }
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
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


def custom(kind, name, namespace, options, annotations=None, **spec):
    return CustomResource(
        name,
        api_version="test.example/v1",
        kind=kind,
        # Release 4.32 takes a null for a value, and would remove it again each time.
        metadata={
            "name": name,
            "namespace": namespace,
            **({"annotations": annotations} if annotations else {}),
        },
        spec=spec,
        opts=options,
    )


def test_the_engine_spends_no_time_on_logs_of_its_own(stack):
    stack.up(lambda _: None)
    logs = Path(stack.stack.workspace.env_vars["PULUMI_HOME"], "logs")
    assert logs.is_file()
    assert not list(logs.parent.rglob("*.log"))


def test_an_object_is_made_left_alone_changed_in_place_and_removed(stack, namespace, api_server):
    def live():
        return api_server.get("configmap", "one", namespace)

    assert stack.up(lambda options: config_map("one", namespace, options, k="a", gone="x")).changes == {
        "one": "create"
    }
    first = live()
    assert first["data"] == {"k": "a", "gone": "x"}
    assert stack.up(lambda options: config_map("one", namespace, options, k="a", gone="x")).changes == {}
    changed = stack.up(lambda options: config_map("one", namespace, options, **{"k": "b", "x.y": "new"}))
    assert changed.changes == {"one": "update"}
    assert changed.details["one"] == {"data.k": "update", "data.gone": "delete", 'data["x.y"]': "add"}
    second = live()
    assert second["data"] == {"k": "b", "x.y": "new"}
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    assert stack.destroy().changes == {"one": "delete"}
    assert live() is None


def test_another_fixed_field_is_named_by_the_preview_and_makes_the_object_anew(stack, namespace, api_server):
    def build(options, cluster_ip=None):
        Service(
            "service",
            metadata={"name": "one", "namespace": namespace},
            spec={"ports": [{"port": 80, "nodePort": 30333}], "type": "NodePort", "clusterIP": cluster_ip},
            opts=options,
        )

    stack.up(build)
    before = api_server.get("service", "one", namespace)
    # Release 4.25 fails with the API server's words, later ones show what will be made anew.
    with suppress(AssertionError):
        shown = stack.preview(lambda options: build(options, cluster_ip="10.96.7.7"))
        assert shown.details["service"] == {"spec.clusterIP": "add-replace"}
    assert api_server.get("service", "one", namespace) == before
    stack.up(lambda options: build(options, cluster_ip="10.96.7.7"))
    live = api_server.get("service", "one", namespace)
    assert live["spec"]["clusterIP"] == "10.96.7.7"
    assert live["metadata"]["uid"] != before["metadata"]["uid"]


def test_a_service_with_a_node_port_gets_another_name(stack, namespace, api_server):
    def build(options, name):
        skip = {"pulumi.com/skipAwait": "true"}
        register_service(
            "service",
            parent=ComponentResource("test:test:Model", "model", None, options),
            metadata=ObjectMetaArgs(name=name, namespace=namespace, annotations=skip),
            selector={"app": "one"},
            port=80,
            node_port=30334,
            after=[],
        )

    stack.up(lambda options: build(options, "one"))
    stack.up(lambda options: build(options, "two"))
    assert api_server.get("service", "one", namespace) is None
    assert api_server.get("service", "two", namespace)


def test_a_claim_that_holds_data_is_never_made_anew(stack, namespace, api_server):
    def build(options, mode="ReadWriteOnce", size="1Gi"):
        spec = {
            "accessModes": [mode],
            "storageClassName": "late",
            "resources": {"requests": {"storage": size}},
        }
        skip = {"pulumi.com/skipAwait": "true"}
        PersistentVolumeClaim(
            "claim",
            metadata={"name": "claim", "namespace": namespace, "annotations": skip},
            spec=spec,
            # As claims of the program that hold data.
            opts=ResourceOptions.merge(options, ResourceOptions(protect=True)),
        )

    stack.up(build)
    before = api_server.get("pvc", "claim", namespace)
    for operation in (stack.preview, stack.up):
        told = operation(lambda options: build(options, mode="ReadWriteMany"), fails=True).text
        assert "marked for protection" in told
        assert "claim" in told
    told = stack.up(lambda options: build(options, size="2Gi"), fails=True).text
    assert "claim" in told
    assert "storage" in told or "resized" in told
    assert api_server.get("pvc", "claim", namespace)["spec"] == before["spec"]


def test_a_definition_and_its_objects_come_and_go_in_one_run(stack, namespace, api_server):
    def build(options, size=3):
        kind = definition("Gauge", options)
        then = ResourceOptions.merge(options, ResourceOptions(depends_on=[kind]))
        custom("Gauge", "gauge", namespace, then, size=size, share=0.5)

    assert stack.preview(build).changes == {"Gauge": "create", "gauge": "create"}
    assert stack.up(build).changes == {"Gauge": "create", "gauge": "create"}
    assert api_server.get("gauge", "gauge", namespace)["spec"] == {"size": 3, "share": 0.5, "on": True}
    assert stack.up(build).changes == {}
    stack.refresh()
    assert stack.up(build).changes == {}
    assert stack.up(lambda options: build(options, 4)).details["gauge"] == {"spec.size": "update"}
    assert stack.destroy().changes == {"Gauge": "delete", "gauge": "delete"}


def test_a_schema_changes_with_the_program_and_a_change_by_somebody_else_is_repaired(
    stack, namespace, api_server
):
    def build(options):
        return definition("Meter", options, {"unit": {"type": "string"}})

    def schema():
        return api_server.get("crd", "meters.test.example")["spec"]["versions"][0]["schema"][
            "openAPIV3Schema"
        ]

    stack.up(lambda options: definition("Meter", options))
    assert stack.up(build).changes == {"Meter": "update"}
    assert schema()["properties"]["unit"] == {"type": "string"}
    patch = json.dumps([{"op": "remove", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/unit"}])
    api_server.kubectl("patch", "crd", "meters.test.example", "--type=json", "-p", patch)
    stack.refresh()
    assert stack.up(build).changes == {"Meter": "update"}
    assert schema()["properties"]["unit"] == {"type": "string"}


def test_a_definition_that_is_there_can_be_imported(stack, api_server):
    def build(options):
        definition("Clock", ResourceOptions.merge(options, ResourceOptions(import_="clocks.test.example")))

    api_server.establish([definition_of("Clock", {})])
    uid = api_server.get("crd", "clocks.test.example")["metadata"]["uid"]
    stack.up(build)
    assert stack.up(build).changes == {}
    assert api_server.get("crd", "clocks.test.example")["metadata"]["uid"] == uid


def test_a_secrets_text_can_be_taken_away_again(stack, namespace, api_server):
    def build(options, **texts):
        metadata = {"name": "one", "namespace": namespace}
        Secret("one", metadata=metadata, string_data=texts, opts=options)

    stack.up(lambda options: build(options, a="1", b="2"))
    assert set(api_server.get("secret", "one", namespace)["data"]) == {"a", "b"}
    stack.up(lambda options: build(options, a="1"))
    assert set(api_server.get("secret", "one", namespace)["data"]) == {"a"}


@pytest.mark.usefixtures("only_on_4_25")
def test_what_a_person_changed_is_told_with_its_field_by_the_preview_and_put_right(
    stack, namespace, api_server
):
    def build(options):
        config_map("one", namespace, options, k="ours")

    stack.up(build)
    patch = '{"data":{"k":"by hand"}}'
    api_server.kubectl("patch", "configmap", "one", "-n", namespace, "-p", patch, "--field-manager=kubectl")
    stack.refresh()
    shown = stack.preview(build, fails=True)
    assert shown.details == {"one": {"data.k": "update"}}
    assert 'conflict with "kubectl"' in shown.text
    stack.up(build)
    assert api_server.get("configmap", "one", namespace)["data"] == {"k": "ours"}


def test_a_service_and_a_job_of_another_group_are_not_taken_for_the_builtin_ones(stack, namespace):
    def build(options, size=1):
        kind = definition("Job", options)
        then = ResourceOptions.merge(options, ResourceOptions(depends_on=[kind]))
        custom("Job", "job", namespace, then, size=size)

    # Neither waited for, nor replaced for a changed spec.
    stack.up(build)
    assert stack.up(lambda options: build(options, 2)).changes == {"job": "update"}


def test_what_others_read_of_an_object_is_there(stack, namespace):
    def build(options):
        one = config_map("one", namespace, options, k="a")
        export("uid", one.metadata.uid)
        found = Namespace.get("found", namespace, opts=options)
        export("phase", found.status.phase)

    stack.up(build)
    outputs = stack.outputs()
    assert len(outputs["uid"]) == 36
    assert outputs["phase"] == "Active"


def test_an_object_that_is_there_can_be_imported(stack, namespace, api_server):
    api_server.kubectl("create", "configmap", "one", "-n", namespace, "--from-literal=k=a")

    def build(options, value="a"):
        then = ResourceOptions.merge(options, ResourceOptions(import_=f"{namespace}/one"))
        ConfigMap("one", metadata={"name": "one", "namespace": namespace}, data={"k": value}, opts=then)

    assert stack.up(build).changes == {"one": "import"}
    assert stack.up(build).changes == {}
    stack.destroy()
    assert api_server.get("configmap", "one", namespace) is None
