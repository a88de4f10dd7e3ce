"""Scraping of model servers, whoever's they are: one PodMonitor for the whole cluster.

TensorFlow Serving's series begin with a colon and have more inside, which Prometheus keeps for what is
recorded. They are renamed here, once; rules, alerts, dashboards and autoscalers go by the new names.
"""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.monitoring.kinds import PodMonitor
from components.monitoring.names import labels
from components.serving.tensorflow_serving import METRICS_PATH

NAME = "models"
# Of a model whose versions follow each other, and do not stand side by side.
STABLE = "stable"


def scrape_models(namespace: Input[str], defined: Resource, opts: ResourceOptions) -> PodMonitor:
    """Scrape the model servers of all namespaces; `defined`: once it is there, so is the kind."""
    return PodMonitor(
        "scrape-models",
        ObjectMetaArgs(name=NAME, namespace=namespace, labels=labels(NAME)),
        model_monitor_spec(),
        ResourceOptions.merge(opts, ResourceOptions(depends_on=[defined])),
    )


def model_monitor_spec() -> dict[str, Any]:
    """The `spec` of the PodMonitor."""
    return {
        "jobLabel": "app.kubernetes.io/name",
        "namespaceSelector": {"any": True},
        "selector": {"matchLabels": {"app.kubernetes.io/name": "model-server"}},
        # The page has no version of the format in its header.
        "fallbackScrapeProtocol": "PrometheusText0.0.4",
        "podMetricsEndpoints": [
            {
                "port": "http",
                "path": METRICS_PATH,
                "relabelings": _whose(),
                "metricRelabelings": [
                    _renamed("serving:([^:]+)", "serving_$1"),
                    _renamed("serving:([^:]+):([^:]+)", "serving_$1_$2"),
                    _renamed("cc:saved_model:(.+)", "cc_saved_model_$1"),
                ],
            }
        ],
    }


def _whose() -> list[Mapping[str, Any]]:
    """The labels `model` and `track`. A later one takes the place of an earlier one where a pod has it."""
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
