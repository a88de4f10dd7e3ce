"""Grafana: who reaches it, what it keeps, and what things cost on its dashboards."""

from typing import Annotated

from pydantic import Field

from settings.base import Model
from settings.fields import HttpUrl, NodePort, Size, Text
from settings.volumes import VolumeSettings

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PricesSettings(Model):
    """What an hour costs of what pods set aside."""

    currency: Text = "EUR"
    """Currency, as it is written before a number."""

    gpu: Price
    """Price of a whole GPU."""

    part_of_gpu: Price | None = None
    """Price of a turn on a shared GPU, or of a slice. Required where `platform.gpu.sharing` divides GPUs.

    `null`: GPUs are whole.
    """

    cpu_core: Price
    """Price of a CPU core."""

    memory_gib: Price
    """Price of 1 GiB of memory."""


class GrafanaVolumeSettings(VolumeSettings):
    """A volume for users, and what they set; dashboards are made anew from here at any time."""

    size: Size = "1Gi"
    """Size of the volume."""


class GrafanaSettings(Model):
    """One Grafana, with the dashboards of the platform."""

    url: HttpUrl | None = None
    """Address as browsers have it. `null`: alerts have no links to dashboards."""

    node_port: NodePort | None = None
    """Port of every machine at which it answers. `null`: it is reached inside the cluster only."""

    volume: GrafanaVolumeSettings | None = None
    """Where it keeps users and what they set. `null`: that goes with the pod."""

    prices: PricesSettings | None = None
    """What things cost. `null`: there is no dashboard of costs."""
