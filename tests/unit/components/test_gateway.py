"""The gateway: what it may read, and what stands before what."""

from typing import Any

import pytest
from pulumi import ResourceOptions

from components.gateway.models_gateway import ModelsGateway, ModelsGatewayArgs
from tests.unit.conftest import definitions

CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gateways.gateway.networking.k8s.io"},
    "spec": {"group": "gateway.networking.k8s.io", "names": {"kind": "Gateway", "plural": "gateways"}},
}
OURS: dict[str, Any] = {"traefik_image": "traefik:v3.5.3", "definitions": definitions(CRD)}


@pytest.fixture
def objects(engine, settle):
    def build(**changes: Any) -> list[Any]:
        engine.resources.clear()
        args = ModelsGatewayArgs(
            **{"namespaces": {"ml": "ml", "vision": "vision"}, "node_port": 30080, **changes}
        )
        settle(lambda: ModelsGateway("gateway", args, ResourceOptions()) and None)
        return [one for one in engine.resources if "metadata" in one.inputs]

    return build


def named(objects, kind):
    return {
        one.inputs["metadata"]["name"]: one.inputs for one in objects if one.typ.rsplit(":", 1)[-1] == kind
    }


def test_traefik_reads_secrets_only_of_its_own_namespace_and_of_those_with_routes(objects):
    made = objects(**OURS)
    roles = [one.inputs for one in made if one.typ.endswith(":Role")]
    assert {role["metadata"]["namespace"] for role in roles} == {"ml", "vision", "gateway"}
    for role in named(made, "ClusterRole").values():
        assert not any("secrets" in rule["resources"] for rule in role["rules"])
    (container,) = named(made, "Deployment")["traefik"]["spec"]["template"]["spec"]["containers"]
    assert "--providers.kubernetesgateway.namespaces=ml,vision,gateway" in container["args"]


def test_the_gateway_takes_routes_of_the_platforms_namespaces_only(objects):
    (listener,) = named(objects(**OURS), "Gateway")["models"]["spec"]["listeners"]
    (expression,) = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert expression["values"] == ["ml", "vision"]


def test_the_listener_is_where_traefik_listens_and_every_node_leads_there(objects):
    made = objects(**OURS)
    (container,) = named(made, "Deployment")["traefik"]["spec"]["template"]["spec"]["containers"]
    (listener,) = named(made, "Gateway")["models"]["spec"]["listeners"]
    assert f"--entrypoints.web.address=:{listener['port']:g}" in container["args"]
    (port,) = named(made, "Service")["traefik"]["spec"]["ports"]
    assert (port["nodePort"], port["targetPort"]) == (30080, "web")


def test_with_another_implementation_only_the_gateway_is_made(objects):
    made = objects(class_name="envoy")
    assert {one.typ.rsplit(":", 1)[-1] for one in made} == {"Namespace", "Gateway"}
    gateway = named(made, "Gateway")["models"]["spec"]
    assert (gateway["gatewayClassName"], gateway["listeners"][0]["port"]) == ("envoy", 80)


def test_kinds_and_program_come_together():
    with pytest.raises(ValueError, match="traefik_image and definitions"):
        ModelsGatewayArgs(namespaces={}, node_port=30080, traefik_image="traefik:v3.5.3")
