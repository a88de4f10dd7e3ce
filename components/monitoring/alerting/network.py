"""Alertmanager's network policy."""

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPortArgs

from components.kubernetes.network_policy import Allow, dns, namespace, network_policy, pods, tcp
from components.monitoring.alerting.reach import Reach
from components.monitoring.names import ALERTMANAGER_PODS, GRAFANA, PROMETHEUS_PODS

# The gossip port of the cluster, for silences and the notification log.
MESH_PORT = 9094


def alertmanager_policy(
    name: str, metadata: ObjectMetaArgs, reach: Reach, opts: ResourceOptions
) -> NetworkPolicy:
    """Register the policy. Alertmanager has no authentication: its clients can silence alerts."""
    prometheus, grafana = pods(PROMETHEUS_PODS), pods({"app.kubernetes.io/name": GRAFANA})
    mesh = Allow(
        peers=[pods(ALERTMANAGER_PODS)],
        ports=[NetworkPolicyPortArgs(port=MESH_PORT, protocol=protocol) for protocol in ("TCP", "UDP")],
    )
    egress = [mesh, dns()]
    if reach.ports:
        egress.append(Allow(ports=tcp(*reach.ports)))
    if reach.namespaces:
        egress.append(Allow(peers=[namespace(name) for name in reach.namespaces]))
    return network_policy(
        name,
        metadata,
        LabelSelectorArgs(match_labels=ALERTMANAGER_PODS),
        ingress=[
            mesh,
            Allow(peers=[prometheus, grafana], ports=tcp("web")),
            Allow(peers=[prometheus], ports=tcp("reloader-web")),
        ],
        egress=egress,
        opts=opts,
    )
