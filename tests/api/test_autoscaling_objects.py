"""The real API server takes what measures and scales, to the last field, at the strictest level for pods."""

import subprocess

import pytest

from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from components.autoscaling.metrics_server import MetricsServer, MetricsServerArgs
from components.service_certificate import SCRIPT
from components.versions import IMAGES
from tests.cluster.project import REPOSITORY

RESTRICTED = "restricted-controllers"


@pytest.fixture(scope="session")
def certificate():
    """What the operator's computer would make for metrics-server."""
    host = "metrics-server.kube-system.svc"
    command = ["bash", REPOSITORY / SCRIPT, "1", host, f"{host}.cluster.local"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def restricted(api_server):
    """A namespace that warns of pods below the level `restricted`."""
    metadata = {"name": RESTRICTED, "labels": {"pod-security.kubernetes.io/warn": "restricted"}}
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
    return RESTRICTED


def test_metrics_server_is_accepted_without_a_warning(api_server, rendered, certificate, restricted):
    objects = rendered(
        lambda: MetricsServer(
            "metrics-server", MetricsServerArgs(image=IMAGES["metrics-server"], replicas=2)
        ),
        {"metrics-server-certificate": {"stdout": certificate}},
    )
    assert {"APIService", "Deployment", "Secret", "Service"} <= {one["kind"] for one in objects}
    assert api_server.apply(objects, dry_run=True) == ""
    # kube-system itself warns of nothing.
    (deployment,) = [one for one in objects if one["kind"] == "Deployment"]
    moved = {**deployment, "metadata": {**deployment["metadata"], "namespace": restricted}}
    assert api_server.apply([moved], dry_run=True) == ""


def test_a_models_autoscaler_is_accepted_without_a_warning(api_server, rendered):
    args = ModelScalerArgs(namespace="default", deployment="ml-model", measured_by="metrics.k8s.io")
    objects = rendered(lambda: ModelScaler("ml-model-hpa", args))
    assert api_server.apply(objects, dry_run=True) == ""
