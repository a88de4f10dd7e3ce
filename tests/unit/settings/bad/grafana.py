"""Mistakes in Grafana."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.monitoring import SCRAPED

PRICES = {"gpu": 2.5, "cpuCore": 0.04, "memoryGib": 0.005}


def grafana(**changes: Any) -> dict[str, Any]:
    """Dev with monitoring and Grafana on."""
    return {
        "platform.monitoring": {"grafana": changes},
        "cluster.firewall.scrapeRanges": SCRAPED,
    }


GRAFANA = {
    "Grafana at the port of a model": Bad(
        change=grafana(nodePort=30050),
        at="platform.monitoring.grafana.nodePort",
        says=("30050, as models[0].service.nodePort has it", "a port of its own"),
    ),
    "Grafana at the port of the gateway": Bad(
        change={**grafana(nodePort=30080), "platform.gateway": {}},
        at="platform.monitoring.grafana.nodePort",
        says=("30080, as platform.gateway.nodePort has it",),
    ),
    "address of Grafana without its scheme": Bad(
        change=grafana(url="grafana.example.com"),
        at="platform.monitoring.grafana.url",
        says=("begins with http:// or https://",),
    ),
    "volume of no size": Bad(
        change=grafana(volume={"size": "0Gi"}),
        at="platform.monitoring.grafana.volume.size",
        says=("0Gi", "a number of bytes above 0, such as 5Gi"),
    ),
    "price below nothing": Bad(
        change=grafana(prices={**PRICES, "gpu": -1}),
        at="platform.monitoring.grafana.prices.gpu",
        says=("0 or more",),
    ),
    "shared GPUs without a price": Bad(
        change={
            **grafana(prices=PRICES),
            "platform.gpu": {"sharing": {"shared": {"timeSlicing": {"replicas": 2}}}},
        },
        at="platform.monitoring.grafana.prices.partOfGpu",
        says=("missing, and platform.gpu.sharing divides GPUs", "add it"),
    ),
}
