"""The addresses of dashboards, for alerts: each leads to what the alert is about."""

from collections.abc import Mapping, Sequence

# A dashboard's uid is a part of its address, for ever.
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
    """A template of Prometheus, for annotations. `base` is Grafana's address, without a slash at the end.

    A label that an alert does not have chooses nothing, and the dashboard shows all of them.
    """
    if uid not in CHOICES:
        raise ValueError(f"dashboard {uid!r} is none; there are {', '.join(CHOICES)}")
    chosen = "&".join(
        f"{{{{ with $labels.{name} }}}}var-{name}={{{{ . | urlquery }}}}{{{{ end }}}}"
        for name in CHOICES[uid]
    )
    return f"{base}/d/{uid}" + (f"?{chosen}" if chosen else "")
