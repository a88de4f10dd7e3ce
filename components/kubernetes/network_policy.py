"""Network policies: who may come in on which ports, and where pods may go.

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
# Every pod: of the policy's own namespace where it selects pods or is a peer.
ALL_PODS = LabelSelectorArgs()


@dataclass(frozen=True, kw_only=True)
class Allow:
    """One rule: these ports of these peers. Of none given, every port and everybody."""

    peers: Sequence[NetworkPolicyPeerArgs] = ()
    ports: Sequence[NetworkPolicyPortArgs] = ()


def pods(labels: Mapping[str, str], namespace: str | None = None) -> NetworkPolicyPeerArgs:
    """Pods with these labels; of the policy's own namespace unless another is named."""
    return NetworkPolicyPeerArgs(
        namespace_selector=None if namespace is None else _called(namespace),
        pod_selector=LabelSelectorArgs(match_labels=dict(labels)),
    )


def pods_anywhere(labels: Mapping[str, str] | None = None) -> NetworkPolicyPeerArgs:
    """Pods of all namespaces with these labels, or all pods."""
    return NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(),
        pod_selector=None if labels is None else LabelSelectorArgs(match_labels=dict(labels)),
    )


def namespace(name: str) -> NetworkPolicyPeerArgs:
    """All pods of a namespace."""
    return NetworkPolicyPeerArgs(namespace_selector=_called(name))


def addresses(cidr: str) -> NetworkPolicyPeerArgs:
    """Addresses outside the cluster, as a CIDR."""
    return NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=cidr))


def tcp(*ports: int | str) -> list[NetworkPolicyPortArgs]:
    """TCP ports, by number or by the name that the container gives them."""
    return [NetworkPolicyPortArgs(port=port, protocol="TCP") for port in ports]


def dns_ports() -> list[NetworkPolicyPortArgs]:
    """DNS: by UDP, and by TCP for long answers."""
    return [NetworkPolicyPortArgs(port=DNS_PORT, protocol=protocol) for protocol in ("UDP", "TCP")]


def dns() -> Allow:
    """Resolve names, at whatever server."""
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
    """Register what may come in to the selected pods and go out of them; nothing else may.

    None leaves a direction to the other policies that select the pods.
    """
    types = [kind for kind, rules in (("Ingress", ingress), ("Egress", egress)) if rules is not None]
    return NetworkPolicy(
        resource_name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=selector,
            policy_types=types,
            ingress=None
            if ingress is None
            else [
                NetworkPolicyIngressRuleArgs(from_=list(one.peers) or None, ports=list(one.ports) or None)
                for one in ingress
            ],
            egress=None
            if egress is None
            else [
                NetworkPolicyEgressRuleArgs(to=list(one.peers) or None, ports=list(one.ports) or None)
                for one in egress
            ],
        ),
        opts=opts,
    )


def _called(name: str) -> LabelSelectorArgs:
    return LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})
