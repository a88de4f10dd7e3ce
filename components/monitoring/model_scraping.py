"""Scraping of model servers: one PodMonitor for the models of all stacks.

TensorFlow Serving's metric names contain colons, which Prometheus reserves for recording rules. Relabeling
renames them here, once; rules, alerts, dashboards and autoscalers use the new names.
"""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.monitoring.crds import PodMonitor
from components.monitoring.names import labels
from components.serving.tensorflow_serving import METRICS_PATH

NAME = "models"
# The track of a model without a canary or other tracks side by side.
STABLE = "stable"


def scrape_models(namespace: Input[str], crds: Resource, opts: ResourceOptions) -> PodMonitor:
    """Register the PodMonitor for model servers of all namespaces, after the custom resource definitions."""
    return PodMonitor(
        "scrape-models",
        ObjectMetaArgs(name=NAME, namespace=namespace, labels=labels(NAME)),
        model_monitor_spec(),
        ResourceOptions.merge(opts, ResourceOptions(depends_on=[crds])),
    )


def model_monitor_spec() -> dict[str, Any]:
    """The `spec` of the PodMonitor."""
    return {
        "jobLabel": "app.kubernetes.io/name",
        "namespaceSelector": {"any": True},
        "selector": {"matchLabels": {"app.kubernetes.io/name": "model-server"}},
        # The Content-Type of the response has no format version.
        "fallbackScrapeProtocol": "PrometheusText0.0.4",
        "podMetricsEndpoints": [
            {
                "port": "http",
                "path": METRICS_PATH,
                "relabelings": _model_labels(),
                "metricRelabelings": [
                    _renamed("serving:([^:]+)", "serving_$1"),
                    _renamed("serving:([^:]+):([^:]+)", "serving_$1_$2"),
                    _renamed("cc:saved_model:(.+)", "cc_saved_model_$1"),
                ],
            }
        ],
    }


def _model_labels() -> list[Mapping[str, Any]]:
    """Relabelings for `model` and `track`: a later one overrides an earlier one if the pod has its label."""
    label = "__meta_kubernetes_pod_label_"
    return [
        {"sourceLabels": [f"{label}app_kubernetes_io_instance"], "targetLabel": "model"},
        {"sourceLabels": [f"{label}metalml_model"], "regex": "(.+)", "targetLabel": "model"},
        {"targetLabel": "track", "replacement": STABLE},
        {"sourceLabels": [f"{label}metalml_track"], "regex": "(.+)", "targetLabel": "track"},
    ]


def _renamed(rest: str, new: str) -> Mapping[str, Any]:
    return {
        "sourceLabels": ["__name__"],
        "regex": f":tensorflow:{rest}",
        "targetLabel": "__name__",
        "replacement": f"tensorflow_{new}",
    }
