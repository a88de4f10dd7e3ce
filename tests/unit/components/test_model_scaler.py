"""What would make a model too slow under load, or flap, when its number of pods is decided by a machine."""

from typing import Any

import pytest

from components.autoscaling.horizontal import ExternalMetric, ModelScaler, ModelScalerArgs
from settings.autoscaling import PodMetric

MINIMUM: dict[str, Any] = {"namespace": "ml", "deployment": "ml-model", "measured_by": ["metrics.k8s.io"]}


@pytest.fixture
def scaler(engine, settle):
    def build(**changes):
        engine.resources.clear()
        settle(lambda: ModelScaler("ml-model-hpa", ModelScalerArgs(**{**MINIMUM, **changes})))
        (only,) = [one for one in engine.resources if one.typ.endswith(":HorizontalPodAutoscaler")]
        assert only.typ == "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
        return only.inputs

    return build


def test_defaults_are_the_documented_names_and_numbers(scaler):
    made = scaler()
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == ("ml-model-hpa", "ml")
    spec = made["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 3)
    (metric,) = spec["metrics"]
    assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "ml-model"}


def test_more_pods_come_in_one_step_and_go_one_at_a_time(scaler):
    behavior = scaler()["spec"]["behavior"]
    up, down = behavior["scaleUp"], behavior["scaleDown"]
    assert up["stabilizationWindowSeconds"] == 0
    assert {"type": "Pods", "value": 4, "periodSeconds": 15} in up["policies"]
    assert down["stabilizationWindowSeconds"] == 300
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 30}]


def test_it_goes_by_what_one_pod_is_to_have_of_each_figure(scaler):
    made = scaler(
        cpu_percent=None,
        pod_metrics={PodMetric.REQUESTS_PER_SECOND: 50},
        external=ExternalMetric(name="queue_length", per_pod=30),
    )
    assert made["spec"]["metrics"] == [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "model_requests_per_second"},
                "target": {"type": "AverageValue", "averageValue": "50"},
            },
        },
        {
            "type": "External",
            "external": {
                "metric": {"name": "queue_length"},
                "target": {"type": "AverageValue", "averageValue": "30"},
            },
        },
    ]


def test_no_pod_at_all_is_left_only_where_something_else_can_wake_it(scaler):
    assert (
        scaler(min_replicas=0, external=ExternalMetric(name="queue", per_pod=1))["spec"]["minReplicas"] == 0
    )
    with pytest.raises(ValueError, match="min_replicas 0"):
        scaler(min_replicas=0, pod_metrics={PodMetric.REQUESTS_PER_SECOND: 50})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "HPA"),
        ("min_replicas", 0),
        ("min_replicas", 4),
        ("cpu_percent", 0),
        ("cpu_percent", None),
        ("pod_metrics", {PodMetric.GPU_PERCENT: 0}),
        ("down_after_seconds", 3601),
    ],
)
def test_a_wrong_value_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        ModelScalerArgs(**{**MINIMUM, field: value})
