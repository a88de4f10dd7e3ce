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

    # None: the cluster's default. Not NFS: Prometheus' files do not survive it.
    storage_class: DnsName | None = None


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
    limits: PrometheusLimitsSettings = PrometheusLimitsSettings()


class PrometheusSettings(Model):
    """The servers."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2  # each scrapes everything
    retention: Annotated[str, BeforeValidator(_retention)] = "15d"
    # The oldest goes when there is more than this. None: 80 % of the volume, or no bound without one.
    retention_size: Quantity | None = None
    volume: MetricsVolumeSettings | None = None  # None: what was seen goes with the pod
    resources: PrometheusResourcesSettings = PrometheusResourcesSettings()

    @property
    def retention_bytes(self) -> int | None:
        """What is kept at most, in bytes."""
        if self.retention_size is not None:
            return int(quantity_value(self.retention_size))
        return None if self.volume is None else int(quantity_value(self.volume.size) * KEPT_SHARE)


class MonitoringSettings(Model):
    """Prometheus, its operator and what it needs to see the cluster and the models."""

    scrape_seconds: Annotated[int, Field(ge=5, le=120)] = 30  # between two looks at the same target
    prometheus: PrometheusSettings = PrometheusSettings()
    rules: RulesSettings = RulesSettings()
    grafana: GrafanaSettings | None = None  # None: figures and no pictures
    alerting: AlertingSettings = AlertingSettings()
