"""What Prometheus scrapes of the cluster itself and of monitoring; models bring their own."""

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
from components.monitoring.kinds import PodMonitor, ScrapeConfig, ServiceMonitor
from components.monitoring.names import (
    ALERTMANAGER,
    ALERTMANAGER_PODS,
    GRAFANA,
    PROMETHEUS,
    PROMETHEUS_PODS,
    labels,
)
from components.monitoring.prometheus import SCRAPE_CLASS

# Where kubeadm lets them answer.
CONTROLLER_MANAGER_PORT, SCHEDULER_PORT, ETCD_METRICS_PORT = 10257, 10259, 2381
DCGM_NAMESPACE, DCGM = "gpu-system", "dcgm-exporter"
# The API server counts each of its calls in dozens of buckets; these are kept, with what has to be judged.
DROPPED_OF_API_SERVER = (
    "apiserver_request_(body_size_bytes|sli_duration_seconds)_bucket|apiserver_watch_.+|etcd_request_duration.+_bucket"
    "|apiserver_(response_sizes|admission|storage_list).+"
)
# Of containers: these are a third of all series of a cluster, and nobody looks at them.
DROPPED_OF_CONTAINERS = "container_(blkio_.+|tasks_state|memory_failures_total|network_(tcp|udp).*_total)"


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods of the platform that show metrics."""

    namespace: str
    match: Mapping[str, str]
    ports: tuple[str, ...] = ("http",)
    honor_labels: bool = False
    """The series say of whom they are; the exporter's own namespace and pod would take that away."""
    relabelings: tuple[Mapping[str, Any], ...] = field(default=())


NODE_OF_POD = {"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}


def scraped_pods(namespace: str, *, gpus: bool, grafana: bool, logs: bool) -> dict[str, Pods]:
    """The platform's own programs, by the name of their job."""

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
        # kubeadm's pods of it have no label with its name.
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
    """The monitors of the cluster and of monitoring itself."""

    def __init__(
        self,
        name: str,
        namespace: Input[str],
        pods: Mapping[str, Pods],
        kinds: Resource,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`kinds`: what the operator's kinds are there with."""
        super().__init__("metalml:monitoring:Scraping", name, None, opts)
        child = ResourceOptions(parent=self)

        defined = ResourceOptions(parent=self, depends_on=[kinds])

        def metadata(object_name: str) -> ObjectMetaArgs:
            return ObjectMetaArgs(name=object_name, namespace=namespace, labels=labels(object_name))

        for job, wanted in pods.items():
            PodMonitor(f"scrape-{job}", metadata(job), pod_monitor_spec(wanted), defined)
        for job, (port, spec) in _control_plane().items():
            _find_static_pods(job, port, child)
            ServiceMonitor(f"scrape-{job}", metadata(job), spec, defined)
        ServiceMonitor("scrape-apiserver", metadata("apiserver"), _api_server(), defined)
        for job, path in {"kubelet": "/metrics", "cadvisor": "/metrics/cadvisor"}.items():
            ScrapeConfig(f"scrape-{job}", metadata(job), kubelet_spec(job, path), defined)
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
    """The `spec` of a ScrapeConfig for every node; kubelets are verified by the authority of the cluster."""
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
                # In its certificate always; of its addresses only those that kubeadm was told.
                "tlsConfig": {"serverName": "kubernetes"},
                "metricRelabelings": [_drop(DROPPED_OF_API_SERVER)],
            }
        ],
    }


def _control_plane() -> dict[str, tuple[int, dict[str, Any]]]:
    """By job: its port and the `spec` of its ServiceMonitor."""
    # They make their certificates themselves at every start, so nobody could have vouched for them.
    by_themselves = {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}}
    jobs = {
        "kube-controller-manager": (CONTROLLER_MANAGER_PORT, by_themselves),
        "kube-scheduler": (SCHEDULER_PORT, by_themselves),
        # Metrics only, on a port of their own; the firewall says to whom.
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
    """A Service without an address, by which kubeadm's static pods are found."""
    Service(
        f"scrape-{job}",
        metadata=ObjectMetaArgs(
            name=f"{job}-metrics",
            namespace=KUBE_SYSTEM,
            labels=labels(job),
            # A cluster whose control plane runs elsewhere has no such pods, and that is no failure.
            annotations={"pulumi.com/skipAwait": "true"},
        ),
        spec=ServiceSpecArgs(
            cluster_ip="None",
            selector={"component": job, "tier": "control-plane"},
            ports=[ServicePortArgs(name="metrics", port=port, target_port=port, protocol="TCP")],
        ),
        opts=opts,
    )
