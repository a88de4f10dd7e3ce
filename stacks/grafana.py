"""Grafana, where the settings of monitoring ask for it."""

from pulumi import Output, ResourceOptions

from components.monitoring.dashboards.cost import Prices
from components.monitoring.dashboards.every import dashboards
from components.monitoring.grafana import Grafana, GrafanaArgs
from settings import Settings
from settings.grafana import PricesSettings
from stacks.outputs import ClusterOutputs
from stacks.rules import links_of


def build_grafana(settings: Settings, cluster: ClusterOutputs, namespace: Output[str]) -> None:
    """Install it with all dashboards."""
    monitoring = settings.platform.monitoring
    if monitoring is None or monitoring.grafana is None:
        return
    wanted = monitoring.grafana
    Grafana(
        "grafana",
        GrafanaArgs(
            namespace=namespace,
            image=settings.image("grafana"),
            dashboards=dashboards(_prices(wanted.prices)),
            scrape_seconds=monitoring.scrape_seconds,
            url=links_of(settings).dashboards or None,
            node_port=wanted.node_port,
            volume=wanted.volume,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )


def _prices(given: PricesSettings | None) -> Prices | None:
    if given is None:
        return None
    return Prices(
        currency=given.currency,
        gpu=given.gpu,
        # Nothing is divided where it has no price: the check of the settings has seen to that.
        part_of_gpu=given.part_of_gpu or 0,
        cpu_core=given.cpu_core,
        memory_gib=given.memory_gib,
    )
