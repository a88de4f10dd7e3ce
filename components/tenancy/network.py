"""NetworkPolicies of a team's namespace."""

from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorRequirementArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgs

from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.network_policy import (
    ALL_PODS,
    Allow,
    addresses,
    dns_ports,
    network_policy,
    pods,
    tcp,
)
from components.kubernetes.rbac import KUBE_SYSTEM
from settings.teams import EgressSettings

# Model servers have a policy of their own, with all that they need. NetworkPolicies are additive: that policy
# could not deny what is allowed here.
NOT_SERVING = LabelSelectorArgs(
    match_expressions=[
        LabelSelectorRequirementArgs(key="app.kubernetes.io/component", operator="NotIn", values=["serving"])
    ]
)


def register_policies(
    namespace: Input[str], team: str, egress: Sequence[EgressSettings], opts: ResourceOptions
) -> list[NetworkPolicy]:
    """Register default-deny and the allowed connections. `calico` enforces them, `routed` does not."""

    def metadata(name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=namespace, labels=COMMON_LABELS)

    def policy(
        name: str, outgoing: Sequence[Allow], incoming: Sequence[Allow] | None = None
    ) -> NetworkPolicy:
        return network_policy(
            f"{team}-{name}", metadata(name), NOT_SERVING, ingress=incoming, egress=outgoing, opts=opts
        )

    # Training workers connect to each other, and the team's other pods to its models.
    within = [Allow(peers=[NetworkPolicyPeerArgs(pod_selector=ALL_PODS)])]
    coredns = pods({"k8s-app": "kube-dns"}, KUBE_SYSTEM)
    policies = [
        network_policy(f"{team}-default-deny", metadata("default-deny"), ALL_PODS, opts=opts),
        policy("within-team", within, within),
        policy("dns", [Allow(peers=[coredns], ports=dns_ports())]),
    ]
    if egress:
        outside = [Allow(peers=[addresses(str(rule.range))], ports=tcp(*rule.ports)) for rule in egress]
        policies.append(policy("outside", outside))
    return policies
