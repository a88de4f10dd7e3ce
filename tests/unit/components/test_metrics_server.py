"""What would make autoscalers and `kubectl top` blind, or let them be lied to."""

import base64

import pytest

from components.autoscaling.metrics_server import MetricsServer, MetricsServerArgs
from tests.unit.conftest import plain

IMAGE = "registry.k8s.io/metrics-server/metrics-server:v0.9.0"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def objects(engine, settle):
    engine.outputs["metrics-server-certificate"] = {"stdout": CERTIFICATE + KEY}

    def build(**changes):
        engine.resources.clear()
        args = MetricsServerArgs(**{"image": IMAGE, **changes})
        settle(lambda: MetricsServer("metrics-server", args))
        return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}

    return build


@pytest.fixture
def container(objects):
    (only,) = objects()["Deployment"]["spec"]["template"]["spec"]["containers"]
    return only


def test_kubelets_are_verified(container):
    assert not [flag for flag in container["args"] if "insecure" in flag]
    assert (
        "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
        in container["args"]
    )


def test_the_api_server_trusts_this_certificate_and_no_other(objects):
    made = objects()
    spec = made["APIService"]["spec"]
    assert base64.b64decode(spec["caBundle"]).decode() == CERTIFICATE
    assert not spec.get("insecureSkipTLSVerify")
    assert spec["service"] == {"name": "metrics-server", "namespace": "kube-system", "port": 443}
    assert made["APIService"]["metadata"]["name"] == "v1beta1.metrics.k8s.io"
    # Else whatever asks it next would fail.
    assert made["APIService"]["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Available"}


def test_a_new_certificate_starts_new_pods(objects, engine):
    before = objects()["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert objects()["Deployment"]["spec"]["template"]["metadata"]["annotations"] == before
    engine.outputs["metrics-server-certificate"] = {"stdout": f"another {CERTIFICATE}{KEY}"}
    assert objects()["Deployment"]["spec"]["template"]["metadata"]["annotations"] != before


def test_the_key_is_in_the_secret_and_nowhere_else(objects):
    made = objects()
    holders = [kind for kind, inputs in made.items() if "canary" in str(inputs)]
    assert holders == ["Secret"]
    assert plain(made["Secret"])["stringData"] == {"tls.crt": CERTIFICATE, "tls.key": KEY}


def test_the_service_finds_the_pods(objects):
    made = objects()
    pods = made["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selector = made["Service"]["spec"]["selector"]
    assert selector.items() <= pods.items()
    assert made["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == selector
    assert made["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == selector


def test_the_pod_may_ask_kubelets_and_the_api_server_and_nobody_else(objects):
    policy = objects()["NetworkPolicy"]["spec"]
    (rule,) = policy["egress"]
    assert {port["port"] for port in rule["ports"]} == {6443, 10250}


def test_the_pod_meets_the_restricted_level(objects, container):
    pod = objects()["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize(("field", "value"), [("image", "metrics-server"), ("replicas", 0)])
def test_a_wrong_value_is_refused_by_name(objects, field, value):
    with pytest.raises(ValueError, match=field):
        objects(**{field: value})
