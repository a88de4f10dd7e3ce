"""The real API server takes what serves a model, to the last field, at the strictest level for its pods."""

import pytest

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.placement import Placement
from components.serving.storage import files_of_claim
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from settings.placement import Machines, Spread


@pytest.fixture
def namespace(api_server):
    """A namespace that warns of pods below the level `restricted`."""
    name = "served"
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    metadata = {"name": name, "labels": labels}
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
    return name


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gpu": 2, "placement": Placement(product="NVIDIA-H100-80GB-HBM3", spread=Spread.REQUIRE)},
        {"placement": Placement(machines=Machines.CPU, spread=Spread.PREFER)},
        {"replicas": None},
    ],
    ids=["wherever there is room", "on GPUs of one product", "on CPU machines", "with an autoscaler"],
)
def test_every_object_of_a_model_is_accepted_without_a_warning(api_server, rendered, namespace, changes):
    def build():
        volume = ModelVolume("ml-model", ModelVolumeArgs(namespace=namespace, node="worker-1"))
        ModelServer(
            "ml-model",
            ModelServerArgs(
                namespace=namespace,
                image="tensorflow/serving:2.20.0",
                files=files_of_claim(volume.claim, "0" * 64),
                **changes,
            ),
        )

    objects = rendered(build)
    assert {"PersistentVolume", "PersistentVolumeClaim", "Deployment", "Service"} <= {
        one["kind"] for one in objects
    }
    assert api_server.apply(objects, dry_run=True) == ""
