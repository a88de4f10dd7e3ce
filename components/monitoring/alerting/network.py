"""Who may talk to the Alertmanagers, and whom they may call."""

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
from components.monitoring.alerting.reach import Reach
from components.monitoring.names import ALERTMANAGER_PODS, GRAFANA, PROMETHEUS_PODS

# Where they gossip about what was sent.
MESH_PORT = 9094


def alertmanager_policy(
    name: str, metadata: ObjectMetaArgs, reach: Reach, opts: ResourceOptions
) -> NetworkPolicy:
    """Register the policy. Alertmanager asks nobody who they are: whoever reaches it may silence alerts."""

    def pods(match: dict[str, str]) -> NetworkPolicyPeerArgs:
        return NetworkPolicyPeerArgs(pod_selector=LabelSelectorArgs(match_labels=match))

    def ports(*found: int | str, protocols: tuple[str, ...] = ("TCP",)) -> list[NetworkPolicyPortArgs]:
        return [
            NetworkPolicyPortArgs(port=port, protocol=protocol) for port in found for protocol in protocols
        ]

    both = ("TCP", "UDP")
    each_other, mesh = pods(ALERTMANAGER_PODS), ports(MESH_PORT, protocols=both)
    egress = [
        NetworkPolicyEgressRuleArgs(to=[each_other], ports=mesh),
        NetworkPolicyEgressRuleArgs(ports=dns_ports()),
    ]
    if reach.ports:
        egress.append(NetworkPolicyEgressRuleArgs(ports=ports(*reach.ports)))
    if reach.namespaces:
        egress.append(
            NetworkPolicyEgressRuleArgs(
                to=[
                    NetworkPolicyPeerArgs(
                        namespace_selector=LabelSelectorArgs(
                            match_labels={"kubernetes.io/metadata.name": namespace}
                        )
                    )
                    for namespace in reach.namespaces
                ]
            )
        )
    return NetworkPolicy(
        name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=LabelSelectorArgs(match_labels=ALERTMANAGER_PODS),
            policy_types=["Ingress", "Egress"],
            ingress=[
                NetworkPolicyIngressRuleArgs(from_=[each_other], ports=mesh),
                NetworkPolicyIngressRuleArgs(
                    from_=[pods(PROMETHEUS_PODS), pods({"app.kubernetes.io/name": GRAFANA})],
                    ports=ports("web"),
                ),
                NetworkPolicyIngressRuleArgs(from_=[pods(PROMETHEUS_PODS)], ports=ports("reloader-web")),
            ],
            egress=egress,
        ),
        opts=opts,
    )
