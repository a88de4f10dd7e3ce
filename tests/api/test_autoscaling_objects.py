"""What test_everything.py cannot see: pods of kube-system at the strictest level, and every way to scale."""

import pytest
from pulumi import ResourceOptions

from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from components.autoscaling.vertical import VerticalArgs, VerticalPodAutoscaler
from components.autoscaling.vertical_pod_autoscaler import VPA_CRDS, vpa_definitions
from components.kubernetes.release_file import release_cache
from local.progress import Progress
from local.releases import place_release_files
from settings.autoscaling import AutoscalingSettings, ExternalSettings, VerticalMode, VerticalSettings
from settings.compute import ComputeSettings
from tests.api.api_server import RefusedError
from tests.api.everything import render_everything

CONTROLLERS = {
    "cluster-autoscaler",
    "metrics-server",
    "prometheus-adapter",
    "vpa-admission-controller",
    "vpa-recommender",
    "vpa-updater",
}


@pytest.fixture(scope="session")
def vertical_kinds(api_server):
    """The kinds of the VerticalPodAutoscaler, known to the API server."""
    place_release_files([VPA_CRDS], Progress())
    api_server.establish(vpa_definitions(release_cache()))


def test_the_programs_would_be_let_into_a_restricted_namespace(api_server, tmp_path):
    name = "restricted-controllers"
    metadata = {"name": name, "labels": {"pod-security.kubernetes.io/warn": "restricted"}}
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
    programs = [
        {**one, "metadata": {**one["metadata"], "namespace": name}}
        for one in render_everything(tmp_path)
        if one["kind"] == "Deployment" and one["metadata"]["name"] in CONTROLLERS
    ]
    assert len(programs) == len(CONTROLLERS)
    assert api_server.apply(programs, dry_run=True) == ""


def scaler(rendered, **changes):
    args = ModelScalerArgs(
        namespace="default",
        deployment="ml-model",
        measured_by=["metrics.k8s.io"],
        settings=AutoscalingSettings(**changes),
    )
    return rendered(lambda: ModelScaler("ml-model-hpa", args))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"requests_per_second": 50, "queue_milliseconds": 50, "gpu_percent": 50},
        {"external": ExternalSettings(metric="queue_length", per_pod=30), "down_after_seconds": 0},
    ],
    ids=["by cpu", "by figures of pods", "by something else"],
)
def test_an_autoscaler_is_accepted_without_a_warning(api_server, rendered, changes):
    assert api_server.apply(scaler(rendered, **changes), dry_run=True) == ""


def test_no_pod_at_all_is_refused_before_1_37(api_server, rendered):
    objects = scaler(rendered, min=0, external=ExternalSettings(metric="queue", per_pod=1))
    with pytest.raises(RefusedError, match="minReplicas"):
        api_server.apply(objects, dry_run=True)


@pytest.mark.usefixtures("vertical_kinds")
@pytest.mark.parametrize("mode", VerticalMode)
def test_a_recommendation_is_accepted_without_a_warning(api_server, rendered, mode):
    args = VerticalArgs(
        namespace="default",
        deployment="ml-model",
        recommended_by="autoscaling.k8s.io",
        limits=ComputeSettings(cpu="2", memory="2Gi"),
        settings=VerticalSettings(mode=mode),
    )
    objects = rendered(lambda: VerticalPodAutoscaler("ml-model-vpa", args, ResourceOptions()))
    assert api_server.apply(objects, dry_run=True) == ""
