"""Grafana: who reaches it, what it keeps, and what things cost on its dashboards."""

from typing import Annotated

from pydantic import Field

from settings.base import Model
from settings.fields import HttpUrl, NodePort, Size, Text
from settings.volumes import VolumeSettings

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PricesSettings(Model):
    """What an hour costs of what pods set aside."""

    currency: Text = "EUR"  # as it is written before a number
    gpu: Price  # of a whole one
    part_of_gpu: Price | None = None  # of a turn on a shared one, or a slice; needed where there are some
    cpu_core: Price
    memory_gib: Price


class GrafanaVolumeSettings(VolumeSettings):
    """A volume for users, and what they set; dashboards are made anew from here at any time."""

    size: Size = "1Gi"


class GrafanaSettings(Model):
    """One Grafana, with the dashboards of the platform."""

    url: HttpUrl | None = None  # as browsers have it; None: alerts have no links to dashboards
    node_port: NodePort | None = None  # of every machine; None: reached inside the cluster only
    volume: GrafanaVolumeSettings | None = None  # None: what users set goes with the pod
    prices: PricesSettings | None = None  # None: no dashboard of costs
