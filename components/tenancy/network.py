"""Whom the pods of a team may talk to."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.meta.v1 import (
    LabelSelectorArgs,
    LabelSelectorRequirementArgs,
    ObjectMetaArgs,
)
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicy,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.dns import dns_ports
from components.labels import OURS

# A policy that selects every pod of the namespace, and a peer that is any of them.
EVERYBODY = LabelSelectorArgs()
# A model server has a policy of its own that says all it needs. Policies only add to each other: whatever is
# allowed to it here, its own could not take back.
NOT_SERVING = LabelSelectorArgs(
    match_expressions=[
        LabelSelectorRequirementArgs(key="app.kubernetes.io/component", operator="NotIn", values=["serving"])
    ]
)


@dataclass(frozen=True, kw_only=True)
class Egress:
    """Somewhere outside that a team needs, such as the storage that its training data is in."""

    range: str
    """CIDR."""
    ports: Sequence[int]
    """TCP."""


def register_policies(
    namespace: Input[str], team: str, egress: Sequence[Egress], opts: ResourceOptions
) -> list[NetworkPolicy]:
    """Register that nothing goes in or out, and then what does. `calico` enforces it, `routed` does not."""

    def policy(name: str, spec: NetworkPolicySpecArgs) -> NetworkPolicy:
        metadata = ObjectMetaArgs(name=name, namespace=namespace, labels=OURS)
        return NetworkPolicy(f"{team}-{name}", metadata=metadata, spec=spec, opts=opts)

    made = [
        policy(
            "default-deny",
            NetworkPolicySpecArgs(pod_selector=EVERYBODY, policy_types=["Ingress", "Egress"]),
        ),
        policy("within-team", _within()),
        policy("dns", _to_dns()),
    ]
    if egress:
        made.append(policy("outside", _to_outside(egress)))
    return made


def _within() -> NetworkPolicySpecArgs:
    """Workers of a training talk to each other, and whatever the team runs asks its own models."""
    team = [NetworkPolicyPeerArgs(pod_selector=EVERYBODY)]
    return NetworkPolicySpecArgs(
        pod_selector=NOT_SERVING,
        policy_types=["Ingress", "Egress"],
        ingress=[NetworkPolicyIngressRuleArgs(from_=team)],
        egress=[NetworkPolicyEgressRuleArgs(to=team)],
    )


def _to_dns() -> NetworkPolicySpecArgs:
    coredns = NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": "kube-system"}),
        pod_selector=LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
    )
    ports = dns_ports()
    return NetworkPolicySpecArgs(
        pod_selector=NOT_SERVING,
        policy_types=["Egress"],
        egress=[NetworkPolicyEgressRuleArgs(to=[coredns], ports=ports)],
    )


def _to_outside(egress: Sequence[Egress]) -> NetworkPolicySpecArgs:
    return NetworkPolicySpecArgs(
        pod_selector=NOT_SERVING,
        policy_types=["Egress"],
        egress=[
            NetworkPolicyEgressRuleArgs(
                to=[NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=one.range))],
                ports=[NetworkPolicyPortArgs(port=port, protocol="TCP") for port in one.ports],
            )
            for one in egress
        ],
    )
