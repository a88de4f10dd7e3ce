"""Scrape targets of the cluster and of the platform; for models see model_scraping.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.rbac import KUBE_SYSTEM
from components.logging.names import FLUENTD, selector_of
from components.logging.names import NAMESPACE as LOGGING
from components.monitoring import exporters, node_exporter, operator
from components.monitoring.crds import PodMonitor, ScrapeConfig, ServiceMonitor
from components.monitoring.names import (
    ALERTMANAGER,
    ALERTMANAGER_PODS,
    GRAFANA,
    PROMETHEUS,
    PROMETHEUS_PODS,
    labels,
)
from components.monitoring.prometheus import SCRAPE_CLASS

# The metrics ports of kubeadm's static pods.
CONTROLLER_MANAGER_PORT, SCHEDULER_PORT, ETCD_METRICS_PORT = 10257, 10259, 2381
DCGM_NAMESPACE, DCGM = "gpu-system", "dcgm-exporter"
# The API server's histograms have dozens of buckets per label set; only those that rules use are kept.
DROPPED_OF_API_SERVER = (
    "apiserver_request_(body_size_bytes|sli_duration_seconds)_bucket|apiserver_watch_.+|etcd_request_duration.+_bucket"
    "|apiserver_(response_sizes|admission|storage_list).+"
)
# cAdvisor metrics that no rule or dashboard uses: a third of all series of a cluster.
DROPPED_OF_CONTAINERS = "container_(blkio_.+|tasks_state|memory_failures_total|network_(tcp|udp).*_total)"


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods of the platform that expose metrics."""

    namespace: str
    match: Mapping[str, str]
    ports: tuple[str, ...] = ("http",)
    honor_labels: bool = False
    """Keep the labels of exporters that describe other objects: the exporter's namespace and pod would
    replace them."""
    relabelings: tuple[Mapping[str, Any], ...] = field(default=())


NODE_OF_POD = {"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}


def scraped_pods(namespace: str, *, gpus: bool, grafana: bool, logs: bool) -> dict[str, Pods]:
    """The components of the platform, by their `job` label."""

    def ours(name: str, **more: Any) -> Pods:
        return Pods(namespace=namespace, match={"app.kubernetes.io/name": name}, **more)

    found = {
        operator.NAME: ours(operator.NAME),
        exporters.KUBE_STATE_METRICS: ours(
            exporters.KUBE_STATE_METRICS, ports=("http", "telemetry"), honor_labels=True
        ),
        exporters.BLACKBOX_EXPORTER: ours(exporters.BLACKBOX_EXPORTER),
        PROMETHEUS: Pods(namespace=namespace, match=PROMETHEUS_PODS, ports=("web", "reloader-web")),
        ALERTMANAGER: Pods(namespace=namespace, match=ALERTMANAGER_PODS, ports=("web", "reloader-web")),
        node_exporter.NAME: Pods(
            namespace=KUBE_SYSTEM,
            match=node_exporter.SELECTOR,
            ports=("metrics",),
            relabelings=(NODE_OF_POD,),
        ),
        # kubeadm's CoreDNS pods lack the label app.kubernetes.io/name.
        "coredns": Pods(
            namespace=KUBE_SYSTEM,
            match={"k8s-app": "kube-dns"},
            ports=("metrics",),
            relabelings=({"targetLabel": "job", "replacement": "coredns"},),
        ),
    }
    if grafana:
        found[GRAFANA] = ours(GRAFANA)
    if logs:
        found[FLUENTD] = Pods(
            namespace=LOGGING, match=selector_of(FLUENTD), ports=("metrics",), relabelings=(NODE_OF_POD,)
        )
    if gpus:
        found[DCGM] = Pods(
            namespace=DCGM_NAMESPACE,
            match={"app.kubernetes.io/name": DCGM},
            ports=("metrics",),
            honor_labels=True,
            relabelings=(NODE_OF_POD,),
        )
    return found


class Scraping(pulumi.ComponentResource):
    """The monitors of the cluster and the platform."""

    def __init__(
        self,
        name: str,
        namespace: Input[str],
        pods: Mapping[str, Pods],
        crds: Resource,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`crds`: the operator's custom resource definitions."""
        super().__init__("metalml:monitoring:Scraping", name, None, opts)
        child = ResourceOptions(parent=self)

        after_crds = ResourceOptions(parent=self, depends_on=[crds])

        def metadata(object_name: str) -> ObjectMetaArgs:
            return ObjectMetaArgs(name=object_name, namespace=namespace, labels=labels(object_name))

        for job, wanted in pods.items():
            PodMonitor(f"scrape-{job}", metadata(job), pod_monitor_spec(wanted), after_crds)
        for job, (port, spec) in _control_plane().items():
            _find_static_pods(job, port, child)
            ServiceMonitor(f"scrape-{job}", metadata(job), spec, after_crds)
        ServiceMonitor("scrape-apiserver", metadata("apiserver"), _api_server(), after_crds)
        for job, path in {"kubelet": "/metrics", "cadvisor": "/metrics/cadvisor"}.items():
            ScrapeConfig(f"scrape-{job}", metadata(job), kubelet_spec(job, path), after_crds)
        self.register_outputs({})


def pod_monitor_spec(pods: Pods) -> dict[str, Any]:
    """The `spec` of a PodMonitor."""
    return {
        "jobLabel": "app.kubernetes.io/name",
        "namespaceSelector": {"matchNames": [pods.namespace]},
        "selector": {"matchLabels": dict(pods.match)},
        "podMetricsEndpoints": [
            {
                "port": port,
                "honorLabels": pods.honor_labels,
                **({"relabelings": [dict(one) for one in pods.relabelings]} if pods.relabelings else {}),
            }
            for port in pods.ports
        ],
    }


def kubelet_spec(job: str, path: str) -> dict[str, Any]:
    """The `spec` of a ScrapeConfig for all nodes; the cluster's CA verifies the kubelets."""
    dropped = [_drop(DROPPED_OF_CONTAINERS)] if job == "cadvisor" else []
    return {
        "jobName": job,
        "scrapeClass": SCRAPE_CLASS,
        "scheme": "HTTPS",
        "metricsPath": path,
        "honorTimestamps": False,
        "kubernetesSDConfigs": [{"role": "Node"}],
        "relabelings": [
            {"sourceLabels": ["__meta_kubernetes_node_name"], "targetLabel": "node"},
            {"targetLabel": "job", "replacement": job},
        ],
        **({"metricRelabelings": dropped} if dropped else {}),
    }


def _drop(names: str) -> dict[str, Any]:
    return {"sourceLabels": ["__name__"], "regex": names, "action": "drop"}


def _api_server() -> dict[str, Any]:
    return {
        "jobLabel": "component",
        "namespaceSelector": {"matchNames": ["default"]},
        "selector": {"matchLabels": {"component": "apiserver", "provider": "kubernetes"}},
        "scrapeClass": SCRAPE_CLASS,
        "endpoints": [
            {
                "port": "https",
                "scheme": "https",
                # Always among the SANs of its certificate; IP addresses only if kubeadm was given them.
                "tlsConfig": {"serverName": "kubernetes"},
                "metricRelabelings": [_drop(DROPPED_OF_API_SERVER)],
            }
        ],
    }


def _control_plane() -> dict[str, tuple[int, dict[str, Any]]]:
    """Port and `spec` of the ServiceMonitor, by job."""
    # Their certificates are self-signed and new at every start, so no CA can verify them.
    by_themselves = {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}}
    jobs = {
        "kube-controller-manager": (CONTROLLER_MANAGER_PORT, by_themselves),
        "kube-scheduler": (SCHEDULER_PORT, by_themselves),
        # A separate port for metrics only; the firewall restricts its clients.
        "etcd": (ETCD_METRICS_PORT, {"scheme": "http"}),
    }
    return {
        job: (
            port,
            {
                "jobLabel": "app.kubernetes.io/name",
                "namespaceSelector": {"matchNames": [KUBE_SYSTEM]},
                "selector": {"matchLabels": {"app.kubernetes.io/name": job}},
                **({"scrapeClass": SCRAPE_CLASS} if endpoint is by_themselves else {}),
                "endpoints": [{"port": "metrics", **endpoint}],
            },
        )
        for job, (port, endpoint) in jobs.items()
    }


def _find_static_pods(job: str, port: int, opts: ResourceOptions) -> None:
    """Register a headless Service that selects kubeadm's static pods."""
    Service(
        f"scrape-{job}",
        metadata=ObjectMetaArgs(
            name=f"{job}-metrics",
            namespace=KUBE_SYSTEM,
            labels=labels(job),
            # Without these pods, as with an external control plane, the Service would never become ready.
            annotations={"pulumi.com/skipAwait": "true"},
        ),
        spec=ServiceSpecArgs(
            cluster_ip="None",
            selector={"component": job, "tier": "control-plane"},
            ports=[ServicePortArgs(name="metrics", port=port, target_port=port, protocol="TCP")],
        ),
        opts=opts,
    )
