"""Whom the pods of a team may talk to."""

from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorRequirementArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgs

from components.kubernetes.labels import OURS
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

# A model server has a policy of its own that says all it needs. Policies only add to each other: whatever is
# allowed to it here, its own could not take back.
NOT_SERVING = LabelSelectorArgs(
    match_expressions=[
        LabelSelectorRequirementArgs(key="app.kubernetes.io/component", operator="NotIn", values=["serving"])
    ]
)


def register_policies(
    namespace: Input[str], team: str, egress: Sequence[EgressSettings], opts: ResourceOptions
) -> list[NetworkPolicy]:
    """Register that nothing goes in or out, and then what does. `calico` enforces it, `routed` does not."""

    def metadata(name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=namespace, labels=OURS)

    def policy(
        name: str, outgoing: Sequence[Allow], incoming: Sequence[Allow] | None = None
    ) -> NetworkPolicy:
        return network_policy(
            f"{team}-{name}", metadata(name), NOT_SERVING, ingress=incoming, egress=outgoing, opts=opts
        )

    # Workers of a training talk to each other, and whatever the team runs asks its own models.
    within = [Allow(peers=[NetworkPolicyPeerArgs(pod_selector=ALL_PODS)])]
    coredns = pods({"k8s-app": "kube-dns"}, KUBE_SYSTEM)
    made = [
        network_policy(f"{team}-default-deny", metadata("default-deny"), ALL_PODS, opts=opts),
        policy("within-team", within, within),
        policy("dns", [Allow(peers=[coredns], ports=dns_ports())]),
    ]
    if egress:
        outside = [Allow(peers=[addresses(str(one.range))], ports=tcp(*one.ports)) for one in egress]
        made.append(policy("outside", outside))
    return made
