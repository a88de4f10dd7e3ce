"""Whom Grafana listens to, and whom it calls."""

from urllib.parse import urlsplit

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
from components.monitoring.grafana_pod import SELECTOR
from components.monitoring.names import PROMETHEUS_PODS


def register_policy(
    name: str, metadata: ObjectMetaArgs, prometheus_url: str, *, open_to_all: bool, opts: ResourceOptions
) -> NetworkPolicy:
    """Register that it calls Prometheus and DNS only, so that whoever gets into it gets no further.

    With a NodePort, requests have the address of the node that took them, and who reaches the port is the
    firewall's question. Without one, pods of the cluster may come, such as those of a gateway.
    """
    anybody = None if open_to_all else [NetworkPolicyPeerArgs(namespace_selector=LabelSelectorArgs())]
    names = dns_ports()
    port = urlsplit(prometheus_url).port
    return NetworkPolicy(
        name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=LabelSelectorArgs(match_labels=SELECTOR),
            policy_types=["Ingress", "Egress"],
            ingress=[
                NetworkPolicyIngressRuleArgs(
                    from_=anybody, ports=[NetworkPolicyPortArgs(port="http", protocol="TCP")]
                )
            ],
            egress=[
                NetworkPolicyEgressRuleArgs(
                    to=[NetworkPolicyPeerArgs(pod_selector=LabelSelectorArgs(match_labels=PROMETHEUS_PODS))],
                    ports=[NetworkPolicyPortArgs(port=port, protocol="TCP")],
                ),
                NetworkPolicyEgressRuleArgs(ports=names),
            ],
        ),
        opts=opts,
    )
