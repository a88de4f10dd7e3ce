"""The real API server takes what measures and scales, to the last field, at the strictest level for pods."""

import subprocess

import pytest
from pulumi import ResourceOptions

from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from components.autoscaling.metrics_server import MetricsServer, MetricsServerArgs
from components.autoscaling.vertical import VerticalArgs, VerticalMode, VerticalPodAutoscaler
from components.autoscaling.vertical_pod_autoscaler import (
    VPA_CRDS,
    VerticalPodAutoscaling,
    VerticalPodAutoscalingArgs,
    vpa_definitions,
)
from components.release_file import release_cache
from components.service_certificate import SCRIPT
from components.versions import IMAGES
from local.progress import Progress
from local.releases import place_release_files
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


def warnings_at_the_restricted_level(api_server, objects, namespace):
    """What the strictest level says about the pods: they are made for kube-system, which has no level."""
    deployments = [one for one in objects if one["kind"] == "Deployment"]
    assert deployments
    moved = [{**one, "metadata": {**one["metadata"], "namespace": namespace}} for one in deployments]
    return api_server.apply(moved, dry_run=True)


def test_metrics_server_is_accepted_without_a_warning(api_server, rendered, certificate, restricted):
    objects = rendered(
        lambda: MetricsServer(
            "metrics-server", MetricsServerArgs(image=IMAGES["metrics-server"], replicas=2)
        ),
        {"metrics-server-certificate": {"stdout": certificate}},
    )
    assert {"APIService", "Deployment", "Secret", "Service"} <= {one["kind"] for one in objects}
    assert api_server.apply(objects, dry_run=True) == ""
    assert warnings_at_the_restricted_level(api_server, objects, restricted) == ""


def test_a_models_autoscaler_is_accepted_without_a_warning(api_server, rendered):
    args = ModelScalerArgs(namespace="default", deployment="ml-model", measured_by="metrics.k8s.io")
    objects = rendered(lambda: ModelScaler("ml-model-hpa", args))
    assert api_server.apply(objects, dry_run=True) == ""


@pytest.fixture(scope="session")
def vertical_kinds(api_server):
    """The kinds of the VerticalPodAutoscaler, known to the API server."""
    place_release_files([VPA_CRDS], Progress())
    definitions = vpa_definitions(release_cache())
    api_server.apply(definitions)
    names = [f"crd/{definition['metadata']['name']}" for definition in definitions]
    api_server.kubectl("wait", "--for=condition=Established", "--timeout=60s", *names)
    return definitions


def test_the_vertical_pod_autoscaler_is_accepted_without_a_warning(
    api_server, rendered, certificate, restricted, vertical_kinds
):
    args = VerticalPodAutoscalingArgs(
        recommender_image=IMAGES["vpa-recommender"],
        updater_image=IMAGES["vpa-updater"],
        admission_image=IMAGES["vpa-admission-controller"],
        definitions=vertical_kinds,
        measured_by="metrics.k8s.io",
    )
    objects = rendered(
        lambda: VerticalPodAutoscaling("vpa", args), {"vpa-certificate": {"stdout": certificate}}
    )
    rest = [one for one in objects if one["kind"] != "CustomResourceDefinition"]
    assert api_server.apply(rest, dry_run=True) == ""
    assert warnings_at_the_restricted_level(api_server, objects, restricted) == ""


@pytest.mark.usefixtures("vertical_kinds")
@pytest.mark.parametrize("mode", VerticalMode)
def test_a_models_recommendation_is_accepted_without_a_warning(api_server, rendered, mode):
    args = VerticalArgs(
        namespace="default",
        deployment="ml-model",
        recommended_by="autoscaling.k8s.io",
        limits={"cpu": "2", "memory": "2Gi"},
        mode=mode,
    )
    objects = rendered(lambda: VerticalPodAutoscaler("ml-model-vpa", args, ResourceOptions()))
    assert api_server.apply(objects, dry_run=True) == ""
