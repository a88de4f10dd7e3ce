"""NetworkPolicies: allowed ingress and egress of pods.

The pod network `calico` enforces them, `routed` does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicy,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

DNS_PORT = 53
# Matches all pods in the policy's namespace, as its podSelector or as a peer.
ALL_PODS = LabelSelectorArgs()


@dataclass(frozen=True, kw_only=True)
class Allow:
    """One ingress or egress rule. Empty `peers`: any address; empty `ports`: any port."""

    peers: Sequence[NetworkPolicyPeerArgs] = ()
    ports: Sequence[NetworkPolicyPortArgs] = ()


def pods(labels: Mapping[str, str], namespace: str | None = None) -> NetworkPolicyPeerArgs:
    """Pods with these labels in a namespace, by default the policy's own."""
    return NetworkPolicyPeerArgs(
        namespace_selector=None if namespace is None else _namespace_selector(namespace),
        pod_selector=LabelSelectorArgs(match_labels=dict(labels)),
    )


def pods_anywhere(labels: Mapping[str, str] | None = None) -> NetworkPolicyPeerArgs:
    """Pods with these labels in all namespaces. None: all pods."""
    return NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(),
        pod_selector=None if labels is None else LabelSelectorArgs(match_labels=dict(labels)),
    )


def namespace(name: str) -> NetworkPolicyPeerArgs:
    """All pods in a namespace."""
    return NetworkPolicyPeerArgs(namespace_selector=_namespace_selector(name))


def addresses(cidr: str) -> NetworkPolicyPeerArgs:
    """Addresses outside the cluster, as a CIDR."""
    return NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=cidr))


def tcp(*ports: int | str) -> list[NetworkPolicyPortArgs]:
    """TCP ports, by number or by the name of the container port."""
    return [NetworkPolicyPortArgs(port=port, protocol="TCP") for port in ports]


def dns_ports() -> list[NetworkPolicyPortArgs]:
    """DNS over UDP, and over TCP for long responses."""
    return [NetworkPolicyPortArgs(port=DNS_PORT, protocol=protocol) for protocol in ("UDP", "TCP")]


def dns() -> Allow:
    """Egress to DNS servers at any address."""
    return Allow(ports=dns_ports())


def network_policy(
    resource_name: str,
    metadata: ObjectMetaArgs,
    selector: LabelSelectorArgs,
    *,
    ingress: Sequence[Allow] | None = (),
    egress: Sequence[Allow] | None = (),
    opts: ResourceOptions,
) -> NetworkPolicy:
    """Register a NetworkPolicy that allows only these connections of the selected pods.

    None leaves a direction out of policyTypes: other policies that select the pods decide about it.
    """
    types = [
        direction for direction, rules in (("Ingress", ingress), ("Egress", egress)) if rules is not None
    ]
    return NetworkPolicy(
        resource_name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=selector,
            policy_types=types,
            ingress=None
            if ingress is None
            else [
                NetworkPolicyIngressRuleArgs(from_=list(rule.peers) or None, ports=list(rule.ports) or None)
                for rule in ingress
            ],
            egress=None
            if egress is None
            else [
                NetworkPolicyEgressRuleArgs(to=list(rule.peers) or None, ports=list(rule.ports) or None)
                for rule in egress
            ],
        ),
        opts=opts,
    )


def _namespace_selector(name: str) -> LabelSelectorArgs:
    return LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})
