"""Mistakes in monitoring."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad

# As Pulumi.full.yaml has it: the pods of dev.
SCRAPED = ["10.244.0.0/16"]


def monitoring(**prometheus: Any) -> dict[str, Any]:
    """Dev with monitoring on."""
    return {
        "platform.monitoring": {"prometheus": prometheus},
        "cluster.firewall.scrapeRanges": SCRAPED,
    }


MONITORING = {
    "retention larger than the volume": Bad(
        change=monitoring(retentionSize="50Gi", volume={"size": "50Gi"}),
        at="platform.monitoring.prometheus.retentionSize",
        says=("50Gi", "at most 80% of volume.size (50Gi)", "leave it out"),
    ),
    "retention that is no duration": Bad(
        change=monitoring(retention="15 days"),
        at="platform.monitoring.prometheus.retention",
        says=("15 days", "such as 15d"),
    ),
    "figures for autoscalers that nobody has": Bad(
        change={"platform.customMetrics": {}},
        at="platform.customMetrics.prometheusUrl",
        says=("none, without platform.monitoring", "add monitoring: {}"),
    ),
    "monitoring behind a firewall that lets no pod to the control plane": Bad(
        change={"platform.monitoring": {}},
        at="cluster.firewall.scrapeRanges",
        says=("none", "10.244.0.0/16", "Prometheus is a pod"),
    ),
    "a range that cannot be read, which is one mistake": Bad(
        change={"platform.monitoring": {}, "cluster.firewall.scrapeRanges": ["10.244.0.0/33"]},
        at="cluster.firewall.scrapeRanges[0]",
        says=("10.244.0.0/33",),
    ),
}
