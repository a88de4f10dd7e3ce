"""What network policies let through: an empty list of ports means every port to the API server."""

from typing import Any

import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.network_policy import ALL_PODS, Allow, dns, network_policy, pods, tcp

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
PROGRAM: dict[str, Any] = {
    "name": "program",
    "image": "example.com/program:1",
    "args": [],
    "component": "test",
    "ports": {"http": 8080},
    "liveness": Probe(path="/", port="http"),
    "readiness": Probe(path="/", port="http"),
    "requests": {"cpu": "10m", "memory": "10Mi"},
    "limits": {"cpu": "10m", "memory": "10Mi"},
}


@pytest.fixture
def policy_of(engine, settle):
    """The `spec` of the one policy that is registered."""

    def build(make):
        settle(lambda: make() and None)
        (found,) = engine.of_type(POLICY).values()
        return found.inputs["spec"]

    return build


def test_a_program_that_calls_nobody_reaches_nobody(policy_of):
    made = policy_of(lambda: Controller("program", ControllerArgs(**PROGRAM, egress_ports=())))
    assert made["egress"] == []


def test_a_program_reaches_the_ports_that_it_calls_and_dns(policy_of):
    args = ControllerArgs(**PROGRAM, egress_ports=(443,), resolves_names=True)
    (rule,) = policy_of(lambda: Controller("program", args))["egress"]
    assert "to" not in rule
    assert {(port["protocol"], port["port"]) for port in rule["ports"]} == {
        ("TCP", 443),
        ("TCP", 53),
        ("UDP", 53),
    }


def test_of_a_rule_that_names_no_ports_every_port_is_open_and_to_no_others(policy_of):
    peer = pods({"app": "a"}, "elsewhere")

    def make():
        metadata = ObjectMetaArgs(name="policy")
        ingress = [Allow(peers=[peer]), Allow(ports=tcp(80, "web"))]
        opts = ResourceOptions()
        return network_policy("policy", metadata, ALL_PODS, ingress=ingress, egress=[dns()], opts=opts)

    first, second = policy_of(make)["ingress"]
    assert set(first) == {"from"}
    assert first["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "elsewhere"
    }
    assert [port["port"] for port in second["ports"]] == [80, "web"]
    assert "from" not in second


def test_a_direction_that_is_left_out_is_left_to_other_policies(policy_of):
    def make():
        metadata = ObjectMetaArgs(name="policy")
        opts = ResourceOptions()
        return network_policy("policy", metadata, ALL_PODS, ingress=None, egress=[dns()], opts=opts)

    made = policy_of(make)
    assert made["policyTypes"] == ["Egress"]
    assert "ingress" not in made
