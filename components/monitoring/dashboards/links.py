"""URLs of dashboards, for annotations of alerts: with variables from the alert's labels."""

from collections.abc import Mapping, Sequence

# uids of dashboards: part of their URLs, so they must not change.
CLUSTER, GPU, MODELS, TRAINING, COST = "cluster", "gpu", "models", "training", "cost"
# Labels of alerts that are variables of the dashboards.
CHOICES: Mapping[str, Sequence[str]] = {
    CLUSTER: (),
    GPU: ("node",),
    MODELS: ("namespace", "model", "track"),
    TRAINING: ("namespace", "job"),
    COST: ("namespace",),
}


def dashboard_url(base: str, uid: str) -> str:
    """A Prometheus template, for annotations. `base` is Grafana's URL, without a trailing slash.

    If an alert lacks a label, the variable keeps its default: All.
    """
    if uid not in CHOICES:
        raise ValueError(f"dashboard {uid!r} is none; there are {', '.join(CHOICES)}")
    chosen = "&".join(
        f"{{{{ with $labels.{name} }}}}var-{name}={{{{ . | urlquery }}}}{{{{ end }}}}"
        for name in CHOICES[uid]
    )
    return f"{base}/d/{uid}" + (f"?{chosen}" if chosen else "")
