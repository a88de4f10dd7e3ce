"""Whom Grafana listens to, and whom it calls."""

from urllib.parse import urlsplit

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.kubernetes.network_policy import Allow, dns, network_policy, pods, pods_anywhere, tcp
from components.monitoring.grafana_pod import SELECTOR
from components.monitoring.names import PROMETHEUS_PODS

# Where an address names none.
HTTP_PORT = 80


def register_policy(
    name: str, metadata: ObjectMetaArgs, prometheus_url: str, *, open_to_all: bool, opts: ResourceOptions
) -> NetworkPolicy:
    """Register that it calls Prometheus and DNS only, so that whoever gets into it gets no further.

    With a NodePort, requests have the address of the node that took them, and who reaches the port is the
    firewall's question. Without one, pods of the cluster may come, such as those of a gateway.
    """
    port = urlsplit(prometheus_url).port or HTTP_PORT
    return network_policy(
        name,
        metadata,
        LabelSelectorArgs(match_labels=SELECTOR),
        ingress=[Allow(peers=[] if open_to_all else [pods_anywhere()], ports=tcp("http"))],
        egress=[Allow(peers=[pods(PROMETHEUS_PODS)], ports=tcp(port)), dns()],
        opts=opts,
    )
