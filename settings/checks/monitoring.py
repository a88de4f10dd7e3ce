"""Rules about monitoring."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.monitoring import KEPT_SHARE
from settings.paths import at
from settings.quantities import quantity_value
from settings.stack import Settings


def retention_fits(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A full volume stops Prometheus, which then cannot even drop what is too old."""
    monitoring = settings.platform.monitoring
    if not present(monitoring) or monitoring is None:
        return
    prometheus = monitoring.prometheus
    if not present(prometheus, prometheus.volume, prometheus.retention_size) or prometheus.volume is None:
        return
    kept, size = prometheus.retention_size, prometheus.volume.size
    if kept is not None and present(size) and quantity_value(kept) > quantity_value(size) * KEPT_SHARE:
        yield mistake(
            at.platform.monitoring.prometheus.retention_size,
            kept,
            f"at most {KEPT_SHARE:%} of volume.size ({size}): it writes before it drops",
            "leave it out, which means just that share, or ask for a larger volume",
        )


def control_plane_scraped(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Targets that a firewall of the same stack closes would be down from the first minute."""
    monitoring, cluster = settings.platform.monitoring, settings.cluster
    if not present(monitoring) or not owned(settings, Layer.CLUSTER) or not present(cluster):
        return
    ranges, pods = cluster.firewall.scrape_ranges, cluster.pod_range
    if known(*ranges) and present(ranges, pods) and not any(pods.subnet_of(one) for one in ranges):
        yield mistake(
            at.cluster.firewall.scrape_ranges,
            ", ".join(map(str, ranges)) or "none",
            f"the pods' range among them ({pods}): Prometheus is a pod",
            f"add {pods}; with network: calico the machines' range, too",
        )


def somebody_to_ask(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Without series prometheus-adapter offers nothing, and autoscalers stand still."""
    figures = settings.platform.custom_metrics
    if not present(figures) or figures is None or not known(settings.platform.monitoring):
        return
    if figures.prometheus_url is None and settings.platform.monitoring is None:
        yield mistake(
            at.platform.custom_metrics.prometheus_url,
            "none, without platform.monitoring",
            "the address of a Prometheus that scrapes the models",
            "add monitoring: {} to platform, or the address of yours",
        )


CHECKS = (retention_fits, control_plane_scraped, somebody_to_ask)
"""Of the layer platform."""
