"""What would give autoscalers wrong figures, or take an API from its owner."""

import pytest
import yaml

from components.autoscaling.adapter_rules import adapter_configuration
from components.autoscaling.custom_metrics import CustomMetrics, CustomMetricsArgs
from settings.autoscaling import MetricsApi, PodMetric

IMAGE = "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0"
URL = "http://prometheus.monitoring.svc:9090"


@pytest.fixture
def adapter(engine, settle):
    engine.outputs["prometheus-adapter-certificate"] = {
        "stdout": "a certificate\n-----BEGIN PRIVATE KEY-----\n"
    }

    def build(**changes):
        engine.resources.clear()
        args = CustomMetricsArgs(**{"image": IMAGE, "prometheus_url": URL, **changes})
        settle(lambda: CustomMetrics("prometheus-adapter", args))
        return engine

    return build


def rule_of(metric):
    (rule,) = [
        one
        for one in yaml.safe_load(adapter_configuration([MetricsApi.CUSTOM]))["rules"]
        if one["name"]["as"] == metric
    ]
    return rule


@pytest.mark.parametrize(
    ("apis", "groups", "sections"),
    [
        ([MetricsApi.CUSTOM], {"custom.metrics.k8s.io"}, {"rules"}),
        (
            list(MetricsApi),
            {"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"},
            {"rules", "externalRules", "resourceRules"},
        ),
    ],
)
def test_it_owns_the_apis_that_it_was_given_and_no_other(adapter, apis, groups, sections):
    made = adapter(apis=apis)
    registered = made.of_type("kubernetes:apiregistration.k8s.io/v1:APIService").values()
    assert {one.inputs["spec"]["group"] for one in registered} == groups
    assert set(yaml.safe_load(adapter_configuration(apis))) == sections


def test_probes_do_not_make_idle_pods_look_busy():
    assert 'API!=""' in rule_of(PodMetric.REQUESTS_PER_SECOND)["metricsQuery"]


def test_waiting_is_told_in_milliseconds():
    assert rule_of(PodMetric.QUEUE_MILLISECONDS)["metricsQuery"].endswith("/ 1000")


def test_the_autoscaler_may_ask(adapter):
    made = adapter()
    kind = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
    binding = made.of_type(kind)["prometheus-adapter-readers"].inputs
    (subject,) = binding["subjects"]
    assert (subject["name"], subject["namespace"]) == ("horizontal-pod-autoscaler", "kube-system")


def test_other_rules_start_it_anew(adapter):
    def annotations(**changes):
        (made,) = adapter(**changes).of_type("kubernetes:apps/v1:Deployment").values()
        return made.inputs["spec"]["template"]["metadata"]["annotations"]

    assert annotations() == annotations()
    assert annotations() != annotations(apis=list(MetricsApi))


@pytest.mark.parametrize(
    ("url", "port"), [(URL, 9090), ("http://prometheus", 80), ("https://prometheus/base", 443)]
)
def test_its_policy_lets_it_reach_prometheus(adapter, url, port):
    (policy,) = adapter(prometheus_url=url).of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy").values()
    (rule,) = policy.inputs["spec"]["egress"]
    assert {"port": port, "protocol": "TCP"} in rule["ports"]
    assert {"port": 53, "protocol": "UDP"} in rule["ports"]


@pytest.mark.parametrize(
    ("field", "value"), [("apis", []), ("prometheus_url", "prometheus:9090"), ("image", "adapter")]
)
def test_a_wrong_value_is_refused_by_name(adapter, field, value):
    with pytest.raises(ValueError, match=field):
        adapter(**{field: value})
