"""Monitoring: what Prometheus keeps, and for how long."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.alerting import AlertingSettings
from settings.base import Model, wrong
from settings.compute import ComputeSettings
from settings.fields import DnsName, Quantity
from settings.grafana import GrafanaSettings
from settings.quantities import quantity_value
from settings.rules import RulesSettings
from settings.volumes import VolumeSettings

# Prometheus' own way of writing one, without the units that no retention has.
RETENTION = re.compile(r"[1-9]\d*(h|d|w|y)")
# Of a volume: the rest is for the write-ahead log and for blocks that are being merged.
KEPT_SHARE = Decimal("0.8")


def _retention(value: Any) -> str:
    if not isinstance(value, str) or not RETENTION.fullmatch(value):
        raise wrong("a number and one of h d w y, such as 15d")
    return value


class MetricsVolumeSettings(VolumeSettings):
    """A volume for each replica; what it holds outlives the pod."""

    storage_class: DnsName | None = None
    """StorageClass of the claims. Not NFS: Prometheus' files do not survive it.

    `null`: the cluster's default.
    """


class PrometheusRequestsSettings(ComputeSettings):
    """Defaults: a cluster of some dozens of machines, about 100,000 series."""

    cpu: Quantity = "200m"
    memory: Quantity = "1Gi"


class PrometheusLimitsSettings(ComputeSettings):
    """What a replica may take at most; a query over weeks takes much more than scraping."""

    cpu: Quantity = "2"
    memory: Quantity = "4Gi"


class PrometheusResourcesSettings(Model):
    """Requests and limits of one replica."""

    requests: PrometheusRequestsSettings = PrometheusRequestsSettings()
    """What the scheduler sets aside; at most the limits."""

    limits: PrometheusLimitsSettings = PrometheusLimitsSettings()
    """What a replica may take at most."""


class PrometheusSettings(Model):
    """The servers that scrape and keep figures."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Pods of Prometheus. Each scrapes everything."""

    retention: Annotated[str, BeforeValidator(_retention)] = "15d"
    """How long figures are kept."""

    retention_size: Quantity | None = None
    """The oldest figures go when there is more than this; at most 80 % of the volume.

    `null`: 80 % of the volume, or no bound without one.
    """

    volume: MetricsVolumeSettings | None = None
    """Where each replica keeps its figures. `null`: they go with the pod."""

    resources: PrometheusResourcesSettings = PrometheusResourcesSettings()
    """Requests and limits of one replica."""

    @property
    def retention_bytes(self) -> int | None:
        """What is kept at most, in bytes."""
        if self.retention_size is not None:
            return int(quantity_value(self.retention_size))
        return None if self.volume is None else int(quantity_value(self.volume.size) * KEPT_SHARE)


class MonitoringSettings(Model):
    """Prometheus, its operator and what it needs to see the cluster and the models."""

    scrape_seconds: Annotated[int, Field(ge=5, le=120)] = 30
    """Seconds between two looks at the same target."""

    prometheus: PrometheusSettings = PrometheusSettings()
    """What is kept, and for how long."""

    rules: RulesSettings = RulesSettings()
    """What alerts say, and alerts of your own."""

    grafana: GrafanaSettings | None = None
    """Dashboards (docs/dashboards.md). `null`: figures and no pictures."""

    alerting: AlertingSettings = AlertingSettings()
    """Who is told of which alerts (docs/alerts.md)."""
