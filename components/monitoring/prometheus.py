"""Prometheus: the servers that scrape targets, store samples and evaluate rules."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Service, ServiceAccount, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgs,
    RoleRefArgs,
    SubjectArgs,
)

from components import versions
from components.checks import require_pinned_image
from components.kubernetes.container_resources import DISK_LIMIT
from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.network_policy import Allow, network_policy, pods, tcp
from components.kubernetes.rbac import KUBE_SYSTEM, RBAC_API_GROUP, policy_rule
from components.kubernetes.timeouts import awaited
from components.monitoring.crds import Prometheus
from components.monitoring.names import (
    ALERTMANAGER,
    GRAFANA,
    MAIN,
    NAMESPACE,
    PROMETHEUS,
    PROMETHEUS_PODS,
    PROMETHEUS_PORT,
    labels,
)
from components.monitoring.operated import operated_pods
from components.monitoring.volume import storage_spec
from settings.monitoring import PrometheusSettings

# For targets with a certificate of the cluster's CA, which authorize clients by RBAC.
SCRAPE_CLASS = "cluster"
ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"
# The emptyDir's limit: two weeks of a small cluster. Above it the pod is evicted, before the node's disk is
# full.
SCRATCH_SIZE = "10Gi"
# For the replay of the write-ahead log, which normally takes at most minutes.
STARTUP_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    """The servers' image and settings."""

    namespace: Input[str]
    """Resolves once the namespace exists."""
    cluster: Input[str]
    """The cluster's name: the external label of all alerts."""
    image: str
    servers: PrometheusSettings
    """Replicas, retention and volume."""
    scrape_seconds: int
    operator: Resource
    """The Prometheus operator, which creates the pods."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)


class PrometheusServers(pulumi.ComponentResource):
    """A Prometheus object and its RBAC: discover pods and Services of all namespaces, and read metrics."""

    url: Output[str]
    """URL from inside the cluster; resolves once the servers are ready."""

    def __init__(self, name: str, args: PrometheusArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:PrometheusServers", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=PROMETHEUS, namespace=args.namespace, labels=labels(PROMETHEUS))
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        rights = _register_rbac(name, account, child)
        policy = _network_policy(name, metadata, child)
        register_disruption_budget(name, metadata, PROMETHEUS_PODS, child)
        made = Prometheus(
            name,
            ObjectMetaArgs(
                name=MAIN,
                namespace=args.namespace,
                labels=labels(PROMETHEUS),
                annotations={"pulumi.com/waitFor": "condition=Available"},
            ),
            prometheus_spec(args, account.metadata.name),
            # For deletion, too: the operator must run until its last pod is deleted.
            ResourceOptions(
                parent=self,
                depends_on=[args.operator, policy, *rights],
                custom_timeouts=awaited(again=STARTUP_SECONDS, turns=args.servers.replicas),
            ),
        )
        service = Service(
            name,
            metadata=metadata,
            spec=ServiceSpecArgs(
                selector=PROMETHEUS_PODS,
                ports=[ServicePortArgs(name="web", port=PROMETHEUS_PORT, target_port="web", protocol="TCP")],
                # Replicas scrape at different times: a client should always query the same one.
                session_affinity="ClientIP",
            ),
            opts=ResourceOptions(parent=self, depends_on=[made]),
        )
        self.url = Output.format(
            "http://{0}.{1}.svc:{2}", service.metadata.name, service.metadata.namespace, PROMETHEUS_PORT
        )
        self.register_outputs({})


def prometheus_spec(args: PrometheusArgs, account: Input[str]) -> dict[str, Any]:
    """The `spec` of the `monitoring.coreos.com/v1` Prometheus."""
    everywhere = {
        f"{kind}{what}": {}
        for kind in ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig")
        for what in ("Selector", "NamespaceSelector")
    }
    servers = args.servers
    kept = servers.retention_bytes
    return {
        "image": args.image,
        "version": f"v{versions.PROMETHEUS}",
        "replicas": servers.replicas,
        "externalLabels": {"cluster": args.cluster},
        # A null selector selects nothing, an empty one everything.
        **everywhere,
        # For ServiceMonitors; its RBAC does not include the deprecated Endpoints.
        "serviceDiscoveryRole": "EndpointSlice",
        "scrapeInterval": f"{args.scrape_seconds}s",
        "evaluationInterval": f"{args.scrape_seconds}s",
        "retention": servers.retention,
        **({"retentionSize": f"{kept}B"} if kept else {}),
        "storage": storage_spec(servers.volume, SCRATCH_SIZE),
        "walCompression": True,
        "maximumStartupDurationSeconds": STARTUP_SECONDS,
        "scrapeClasses": [
            {
                "name": SCRAPE_CLASS,
                "tlsConfig": {"caFile": f"{ACCOUNT_DIRECTORY}/ca.crt"},
                "authorization": {"credentialsFile": f"{ACCOUNT_DIRECTORY}/token"},
            }
        ],
        "alerting": {
            "alertmanagers": [
                {"namespace": NAMESPACE, "name": ALERTMANAGER, "port": "web", "apiVersion": "v2"}
            ]
        },
        "serviceAccountName": account,
        **operated_pods(
            PROMETHEUS,
            PROMETHEUS_PODS,
            servers.resources.requests.amounts,
            servers.resources.limits.amounts,
            disk_limit=DISK_LIMIT if servers.volume else SCRATCH_SIZE,
        ),
    }


def _register_rbac(name: str, account: ServiceAccount, child: ResourceOptions) -> list[Resource]:
    """Register RBAC to discover targets in all namespaces, and read metrics of kubelets and API servers."""
    read = ("get", "list", "watch")
    role = ClusterRole(
        name,
        metadata=ObjectMetaArgs(name=f"metalml:{PROMETHEUS}", labels=labels(PROMETHEUS)),
        rules=[
            policy_rule(read, "", ["nodes", "services", "pods"]),
            policy_rule(("get",), "", ["nodes/metrics"]),
            policy_rule(read, "discovery.k8s.io", ["endpointslices"]),
            PolicyRuleArgs(non_resource_urls=["/metrics"], verbs=["get"]),
        ],
        opts=child,
    )
    binding = ClusterRoleBinding(
        name,
        metadata=ObjectMetaArgs(name=f"metalml:{PROMETHEUS}", labels=labels(PROMETHEUS)),
        role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=role.metadata.name),
        subjects=[
            SubjectArgs(
                kind="ServiceAccount", name=account.metadata.name, namespace=account.metadata.namespace
            )
        ],
        opts=child,
    )
    return [binding]


def _network_policy(name: str, metadata: ObjectMetaArgs, child: ResourceOptions) -> NetworkPolicy:
    """Ingress from the known clients only; egress to any port, since targets may expose metrics on any."""

    def program(app: str, namespace: str) -> NetworkPolicyPeerArgs:
        return pods({"app.kubernetes.io/name": app}, namespace)

    readers = [
        program(GRAFANA, NAMESPACE),
        program(PROMETHEUS, NAMESPACE),
        program("prometheus-adapter", KUBE_SYSTEM),
    ]
    return network_policy(
        name,
        metadata,
        LabelSelectorArgs(match_labels=PROMETHEUS_PODS),
        ingress=[Allow(peers=readers, ports=tcp("web", "reloader-web"))],
        egress=[Allow()],
        opts=child,
    )
