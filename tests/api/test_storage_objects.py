"""The real API server takes every source of model files, and the driver that mounts shares."""

import pytest
from pulumi import ResourceOptions

from components.nfs.driver import NfsDriver, NfsDriverArgs
from components.nfs.storage_class import register_class
from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.storage import files_of_claim
from components.serving.storage_nfs import ShareVolume, ShareVolumeArgs
from components.serving.storage_s3 import BucketFiles, BucketFilesArgs, S3Credentials
from components.versions import IMAGES
from settings.nfs import NfsClassSettings
from tests.unit.conftest import plain


@pytest.fixture
def namespace(api_server):
    """A namespace that warns of pods below the level `restricted`."""
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    metadata = {"name": "stored", "labels": labels}
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
    return "stored"


def on_a_share(namespace):
    volume = ShareVolume(
        "ml-model",
        ShareVolumeArgs(
            namespace=namespace,
            server="nfs.example.com",
            path="/exports/model",
            volume="stored-pv",
            claim="stored-pvc",
        ),
    )
    return files_of_claim(volume.claim, "0" * 64, mounts={"/models/default": ""})


def in_a_bucket(namespace):
    fetched = BucketFiles(
        "ml-model-files",
        BucketFilesArgs(
            namespace=namespace,
            secret="ml-model-files",
            target="/models/default",
            endpoint="https://s3.example.com",
            region="us-east-1",
            bucket="models",
            prefix="model/1",
            digest="0" * 64,
            size="5Gi",
            image=IMAGES["model-fetcher"],
            user=1000,
            credentials=S3Credentials(access_key_id="id", secret_access_key="secret"),
        ),
    )
    return fetched.files


@pytest.mark.parametrize("files", [on_a_share, in_a_bucket])
def test_every_object_of_a_model_is_accepted_without_a_warning(api_server, rendered, namespace, files):
    def build():
        ModelServer(
            "ml-model",
            ModelServerArgs(
                namespace=namespace,
                image="tensorflow/serving:2.20.0",
                files=files(namespace),
                node_port=30357,
            ),
        )

    objects = [plain(one) for one in rendered(build)]
    assert {"Deployment", "Service"} <= {one["kind"] for one in objects}
    assert api_server.apply(objects, dry_run=True) == ""


def test_the_driver_and_its_class_are_accepted_without_a_warning(api_server, rendered):
    def build():
        NfsDriver(
            "nfs",
            NfsDriverArgs(
                plugin_image=IMAGES["nfs-plugin"],
                provisioner_image=IMAGES["csi-provisioner"],
                registrar_image=IMAGES["csi-node-driver-registrar"],
                liveness_image=IMAGES["csi-livenessprobe"],
            ),
        )
        share = NfsClassSettings(name="nfs", server="nfs.example.com", path="/exports", default=True)
        register_class(share, ResourceOptions())

    objects = rendered(build)
    assert {"CSIDriver", "DaemonSet", "Deployment", "StorageClass"} <= {one["kind"] for one in objects}
    assert api_server.apply(objects, dry_run=True) == ""
