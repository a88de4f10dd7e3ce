"""Grafana, where the settings of monitoring have it."""

from pulumi import Output, ResourceOptions

from components.monitoring.dashboards.every import dashboards
from components.monitoring.grafana import Grafana, GrafanaArgs
from settings import Settings
from stacks.outputs import ClusterOutputs
from stacks.rules import links_of


def build_grafana(settings: Settings, cluster: ClusterOutputs, namespace: Output[str]) -> None:
    """Register Grafana with all dashboards."""
    monitoring = settings.platform.monitoring
    if monitoring is None or monitoring.grafana is None:
        return
    wanted = monitoring.grafana
    Grafana(
        "grafana",
        GrafanaArgs(
            namespace=namespace,
            image=settings.image("grafana"),
            dashboards=dashboards(wanted.prices),
            scrape_seconds=monitoring.scrape_seconds,
            url=links_of(settings).dashboards or None,
            node_port=wanted.node_port,
            volume=wanted.volume,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
