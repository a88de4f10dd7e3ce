"""Who may talk to whom in the namespace of logging. `calico` enforces it, `routed` does not."""

from collections.abc import Mapping, Sequence

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.dns import dns_ports
from components.logging.names import CLIENT, NAMESPACE, labels_of, selector_of


def pods(labels: Mapping[str, str]) -> list[NetworkPolicyPeerArgs]:
    """Pods of the namespace with these labels."""
    return [NetworkPolicyPeerArgs(pod_selector=LabelSelectorArgs(match_labels=dict(labels)))]


def clients() -> list[NetworkPolicyPeerArgs]:
    """What may call Elasticsearch and Kibana."""
    return pods(CLIENT)


def let_in(port: int, from_: Sequence[NetworkPolicyPeerArgs] | None = None) -> NetworkPolicyIngressRuleArgs:
    """From these, or from everybody, to a TCP port."""
    return NetworkPolicyIngressRuleArgs(from_=from_, ports=[_tcp(port)])


def let_out(port: int, to: Sequence[NetworkPolicyPeerArgs] | None = None) -> NetworkPolicyEgressRuleArgs:
    """To a TCP port of these, or of anybody."""
    return NetworkPolicyEgressRuleArgs(to=to, ports=[_tcp(port)])


def dns() -> NetworkPolicyEgressRuleArgs:
    """Ask for names."""
    return NetworkPolicyEgressRuleArgs(ports=dns_ports())


def register_policy(
    name: str,
    ingress: Sequence[NetworkPolicyIngressRuleArgs],
    egress: Sequence[NetworkPolicyEgressRuleArgs],
    opts: ResourceOptions,
) -> NetworkPolicy:
    """Register that the pods of a part have these ways in and out, and no others."""
    return NetworkPolicy(
        name,
        metadata=ObjectMetaArgs(name=name, namespace=NAMESPACE, labels=labels_of(name)),
        spec=NetworkPolicySpecArgs(
            pod_selector=LabelSelectorArgs(match_labels=selector_of(name)),
            policy_types=["Ingress", "Egress"],
            ingress=list(ingress),
            egress=list(egress),
        ),
        opts=opts,
    )


def _tcp(port: int) -> NetworkPolicyPortArgs:
    return NetworkPolicyPortArgs(port=port, protocol="TCP")
