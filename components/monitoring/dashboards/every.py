"""All dashboards of the platform."""

from collections.abc import Sequence

from components.monitoring.dashboards.cluster import cluster
from components.monitoring.dashboards.cost import cost
from components.monitoring.dashboards.gpu import gpu
from components.monitoring.dashboards.models import models
from components.monitoring.dashboards.training import training
from components.monitoring.dashboards.vocabulary import Dashboard
from settings.grafana import PricesSettings


def dashboards(prices: PricesSettings | None) -> Sequence[Dashboard]:
    """The dashboards; that of costs only with prices."""
    return [cluster(), gpu(), models(), training(), *([cost(prices)] if prices else [])]
