"""Monitoring: the Prometheus Operator, Prometheus, Alertmanager, Pushgateway, Grafana and exporters."""

from pulumi import Input, ResourceOptions

from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from components.monitoring.crds import RELEASE, monitoring_definitions
from components.monitoring.exporters import run_blackbox_exporter, run_kube_state_metrics
from components.monitoring.model_scraping import scrape_models
from components.monitoring.names import NAMESPACE
from components.monitoring.node_exporter import NodeExporter, NodeExporterArgs
from components.monitoring.operator import Operator, OperatorArgs
from components.monitoring.prometheus import PrometheusArgs, PrometheusServers
from components.monitoring.pushgateway import Pushgateway
from components.monitoring.scraping import Scraping, scraped_pods
from components.tenancy.namespace import register_namespace
from settings import Settings
from settings.pod_security import PodSecurity
from stacks.alerting import run_alertmanager
from stacks.grafana import build_grafana
from stacks.outputs import ClusterOutputs
from stacks.rules import links_of, register_platform_rules


def build_monitoring(settings: Settings, cluster: ClusterOutputs) -> dict[str, Input[str]]:
    """Register monitoring; returns PlatformOutputs.monitoring, empty without monitoring."""
    wanted = settings.platform.monitoring
    if wanted is None:
        return {}
    options = ResourceOptions(provider=cluster.kubernetes)
    namespace = register_namespace(
        NAMESPACE,
        PodSecurity.RESTRICTED,
        ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready)),
    ).metadata.name
    operator = Operator(
        "prometheus-operator",
        OperatorArgs(
            namespace=namespace,
            image=settings.image("prometheus-operator"),
            reloader_image=settings.image("prometheus-config-reloader"),
            definitions=Definitions(
                release=RELEASE,
                objects=monitoring_definitions(release_cache()),
                kubeconfig=cluster.kubeconfig,
            ),
            wait_for=cluster.ready,
        ),
        options,
    )
    run_kube_state_metrics(settings.image("kube-state-metrics"), namespace, cluster.ready, options)
    run_blackbox_exporter(settings.image("blackbox-exporter"), namespace, cluster.ready, options)
    NodeExporter(
        "node-exporter",
        NodeExporterArgs(image=settings.image("node-exporter"), wait_for=cluster.ready),
        options,
    )
    Scraping(
        "scraping",
        namespace,
        scraped_pods(
            NAMESPACE,
            gpus=_gpus(settings),
            grafana=wanted.grafana is not None,
            logs=settings.platform.logging is not None,
        ),
        operator.crds,
        options,
    )
    servers = PrometheusServers(
        "prometheus",
        PrometheusArgs(
            namespace=namespace,
            cluster=cluster.cluster_name,
            image=settings.image("prometheus"),
            servers=wanted.prometheus,
            scrape_seconds=wanted.scrape_seconds,
            operator=operator.ready,
        ),
        options,
    )
    run_alertmanager(settings, wanted.alerting, namespace, operator.ready, options)
    pushed = Pushgateway(
        "pushgateway", settings.image("pushgateway"), namespace, operator.crds, cluster.ready, options
    )
    scrape_models(namespace, operator.crds, options)
    register_platform_rules(settings, namespace, operator.crds, options)
    build_grafana(settings, cluster, namespace)
    links = links_of(settings)
    return {
        "namespace": namespace,
        "url": servers.url,
        "pushUrl": pushed.url,
        "runbooks": links.runbooks,
        "dashboards": links.dashboards,
    }


def _gpus(settings: Settings) -> bool:
    return settings.platform.gpu is not None and settings.platform.gpu.metrics
