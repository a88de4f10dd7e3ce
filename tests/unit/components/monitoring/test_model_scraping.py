"""A model's figures are found under the names and labels that rules, dashboards and autoscalers go by."""

import re

import pytest

from components.monitoring.model_scraping import model_monitor_spec
from components.serving.model_server import labels_of
from components.serving.model_server_args import ModelServerArgs
from components.serving.rollout import track_of
from components.serving.storage import files_of_claim

(ENDPOINT,) = model_monitor_spec()["podMetricsEndpoints"]


def renamed(series: str) -> str:
    """As Prometheus does it: one after the other, each on what the one before has left."""
    for rule in ENDPOINT["metricRelabelings"]:
        if found := re.fullmatch(rule["regex"], series):
            series = found.expand(rule["replacement"].replace("$", "\\"))
    return series


def labelled(pod: dict[str, str]) -> dict[str, str]:
    found = {
        f"__meta_kubernetes_pod_label_{re.sub('[^a-zA-Z0-9_]', '_', key)}": value
        for key, value in pod.items()
    }
    for rule in ENDPOINT["relabelings"]:
        value = "".join(found.get(name, "") for name in rule.get("sourceLabels", []))
        if re.fullmatch(rule.get("regex", "(.*)"), value):
            found[rule["targetLabel"]] = rule.get("replacement", value)
    return {key: value for key, value in found.items() if not key.startswith("__")}


@pytest.mark.parametrize(
    ("series", "name"),
    [
        (":tensorflow:serving:request_count", "tensorflow_serving_request_count"),
        (":tensorflow:serving:request_latency_bucket", "tensorflow_serving_request_latency_bucket"),
        (
            ":tensorflow:serving:batching_session:queuing_latency_sum",
            "tensorflow_serving_batching_session_queuing_latency_sum",
        ),
        (
            ":tensorflow:cc:saved_model:load_attempt_count",
            "tensorflow_cc_saved_model_load_attempt_count",
        ),
        ("process_cpu_seconds_total", "process_cpu_seconds_total"),
    ],
)
def test_series_lose_their_colons(series: str, name: str):
    assert renamed(series) == name


def test_a_model_keeps_its_name_whatever_its_tracks_are_called():
    server = ModelServerArgs(
        namespace="ml",
        image="tensorflow/serving:2.20.0",
        deployment="resnet",
        files=files_of_claim("resnet", "0" * 64),
    )
    assert labelled(labels_of(server)) == {"model": "resnet", "track": "stable"}
    assert labelled(labels_of(track_of("resnet", "next", server))) == {"model": "resnet", "track": "next"}
