"""What would resize or evict serving pods against the will of their owner, or leave pods waiting."""

from typing import Any

import pytest
from pulumi import ResourceOptions

from components.autoscaling.vertical import VerticalArgs, VerticalPodAutoscaler
from components.autoscaling.vertical_pod_autoscaler import VerticalPodAutoscaling, VerticalPodAutoscalingArgs
from settings.autoscaling import Sized, VerticalMode, VerticalSettings
from settings.compute import ComputeSettings
from tests.unit.conftest import definitions

KIND = {
    "metadata": {"name": "verticalpodautoscalers.autoscaling.k8s.io"},
    "spec": {"group": "autoscaling.k8s.io"},
}
PROGRAMS: dict[str, Any] = {
    "recommender_image": "registry.k8s.io/autoscaling/vpa-recommender:1.7.1",
    "updater_image": "registry.k8s.io/autoscaling/vpa-updater:1.7.1",
    "admission_image": "registry.k8s.io/autoscaling/vpa-admission-controller:1.7.1",
    "definitions": definitions(KIND),
    "measured_by": "metrics.k8s.io",
}
MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "deployment": "ml-model",
    "recommended_by": "autoscaling.k8s.io",
    "limits": ComputeSettings(cpu="2", memory="2Gi"),
}


@pytest.fixture
def sizer(engine, settle):
    def build(*, scaled_by_cpu=False, **settings):
        engine.resources.clear()
        args = VerticalArgs(**MINIMUM, scaled_by_cpu=scaled_by_cpu, settings=VerticalSettings(**settings))
        settle(lambda: VerticalPodAutoscaler("ml-model-vpa", args, ResourceOptions()))
        (only,) = engine.resources
        assert only.typ == "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
        return only.inputs

    return build


@pytest.fixture
def programs(engine, settle):
    engine.outputs["vpa-certificate"] = {"stdout": "a certificate\n-----BEGIN PRIVATE KEY-----\n"}
    settle(lambda: VerticalPodAutoscaling("vpa", VerticalPodAutoscalingArgs(**PROGRAMS)))
    return engine


def test_a_served_model_is_looked_at_and_left_alone(sizer):
    made = sizer()
    assert made["metadata"]["name"] == "ml-model-vpa"
    assert made["spec"]["updatePolicy"] == {"updateMode": "Off"}
    assert made["spec"]["targetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "ml-model"}


def test_nothing_above_the_limits_is_recommended_and_limits_stay(sizer):
    (policy,) = sizer(resources=(Sized.MEMORY,))["spec"]["resourcePolicy"]["containerPolicies"]
    assert policy["maxAllowed"] == {"memory": "2Gi"}
    assert policy["controlledResources"] == ["memory"]
    assert policy["controlledValues"] == "RequestsOnly"


@pytest.mark.parametrize("mode", [VerticalMode.INITIAL, VerticalMode.RESIZE])
def test_it_never_fights_an_autoscaler_that_goes_by_the_same_cpu(sizer, mode):
    with pytest.raises(ValueError, match="resources"):
        sizer(mode=mode, scaled_by_cpu=True)
    assert sizer(mode=mode, scaled_by_cpu=True, resources=(Sized.MEMORY,))
    assert sizer(mode=VerticalMode.RECOMMEND, scaled_by_cpu=True)


def test_pods_start_without_it_and_its_own_pods_are_never_asked_about(programs):
    (webhook,) = programs.of_type(
        "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration"
    ).values()
    (only,) = webhook.inputs["webhooks"]
    assert only["failurePolicy"] == "Ignore"
    assert only["timeoutSeconds"] <= 5
    (selected,) = only["namespaceSelector"]["matchExpressions"]
    assert (selected["operator"], selected["values"]) == ("NotIn", ["kube-system"])


def test_no_webhook_is_left_behind_by_the_program_itself(programs):
    deployment = programs.of_type("kubernetes:apps/v1:Deployment")["vpa-admission-controller"]
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    assert "--register-webhook=false" in container["args"]


def test_only_the_updater_may_touch_pods(programs):
    for name, role in programs.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").items():
        touched = {
            resource
            for rule in role.inputs["rules"]
            if {"create", "patch", "update", "delete"} & set(rule["verbs"])
            for resource in rule["resources"]
            if resource.startswith("pods")
        }
        assert touched == ({"pods", "pods/eviction", "pods/resize"} if name == "vpa-updater" else set())
