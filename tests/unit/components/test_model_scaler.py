"""What would make a model too slow under load, or flap, when its number of pods is decided by a machine."""

from typing import Any

import pytest

from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from settings.autoscaling import AutoscalingSettings, ExternalSettings

MINIMUM: dict[str, Any] = {"namespace": "ml", "deployment": "ml-model", "measured_by": ["metrics.k8s.io"]}


@pytest.fixture
def scaler(engine, settle):
    def build(**changes):
        engine.resources.clear()
        args = ModelScalerArgs(**MINIMUM, settings=AutoscalingSettings(**changes))
        settle(lambda: ModelScaler("ml-model-hpa", args))
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
        requests_per_second=50,
        external=ExternalSettings(metric="queue_length", per_pod=30),
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


def test_no_pod_at_all_is_left_where_something_else_can_wake_it(scaler):
    made = scaler(min=0, external=ExternalSettings(metric="queue", per_pod=1))
    assert made["spec"]["minReplicas"] == 0


def test_a_wrong_name_is_refused():
    with pytest.raises(ValueError, match="name"):
        ModelScalerArgs(**MINIMUM, name="HPA", settings=AutoscalingSettings())


@pytest.mark.parametrize(
    ("field", "value"),
    [("cpu_percent", 0), ("gpu_percent", 0), ("requests_per_second", 0), ("down_after_seconds", 3601)],
)
def test_a_wrong_setting_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        AutoscalingSettings(**{field: value})
