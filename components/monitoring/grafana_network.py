"""Grafana's network policy."""

from urllib.parse import urlsplit

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.kubernetes.network_policy import Allow, dns, network_policy, pods, pods_anywhere, tcp
from components.monitoring.grafana_pod import SELECTOR
from components.monitoring.names import PROMETHEUS_PODS

# The default port of http URLs.
HTTP_PORT = 80


def register_policy(
    name: str, metadata: ObjectMetaArgs, prometheus_url: str, *, open_to_all: bool, opts: ResourceOptions
) -> NetworkPolicy:
    """Allow egress to Prometheus and DNS only, which limits what a compromised Grafana can reach.

    With a NodePort, the source address of requests is that of the receiving node (SNAT), and the firewall
    restricts access to the port. Without one, ingress from pods is allowed, such as those of a gateway.
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
