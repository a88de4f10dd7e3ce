"""What would rent or return machines that nobody meant."""

from typing import Any

import pytest
import yaml

from components.autoscaling.cluster_autoscaler import (
    ClusterAutoscaler,
    ClusterAutoscalerArgs,
    cloud_configuration,
)

MINIMUM: dict[str, Any] = {
    "image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1",
    "provider_host": "provider.example.com",
    "provider_port": 8086,
    "provider_secret": "provider",
}


@pytest.fixture
def made(engine, settle):
    settle(lambda: ClusterAutoscaler("cluster-autoscaler", ClusterAutoscalerArgs(**MINIMUM)))
    return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}


def test_both_sides_show_a_certificate():
    configuration = yaml.safe_load(cloud_configuration(ClusterAutoscalerArgs(**MINIMUM)))
    assert configuration == {
        "address": "provider.example.com:8086",
        "key": "/provider-certificate/tls.key",
        "cert": "/provider-certificate/tls.crt",
        "cacert": "/provider-certificate/ca.crt",
    }


def test_the_key_is_read_from_the_users_own_secret(made):
    pod = made["Deployment"]["spec"]["template"]["spec"]
    assert "provider" in [volume.get("secret", {}).get("secretName") for volume in pod["volumes"]]
    assert "Secret" not in made


def test_it_may_evict_but_not_delete(made):
    verbs = {verb for rule in made["ClusterRole"]["rules"] for verb in rule["verbs"]}
    assert "delete" not in verbs


def test_it_reaches_the_provider(made):
    (rule,) = made["NetworkPolicy"]["spec"]["egress"]
    assert {"port": 8086, "protocol": "TCP"} in rule["ports"]


@pytest.mark.parametrize(
    ("field", "value"), [("provider_port", 0), ("provider_host", ""), ("provider_secret", "A")]
)
def test_a_wrong_value_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        ClusterAutoscalerArgs(**{**MINIMUM, field: value})
