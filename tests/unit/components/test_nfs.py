"""Pods on every node see the same share, and removing a claim removes nobody's files."""

from typing import Any

import pytest
from pulumi import ResourceOptions

from components.nfs.driver import NfsDriver, NfsDriverArgs
from components.nfs.storage_class import register_class
from components.serving.storage_nfs import ShareVolume, ShareVolumeArgs
from settings.nfs import NfsClassSettings

MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "server": "nfs.example.com",
    "path": "/exports/resnet",
    "volume": "ml-model-pv",
    "claim": "ml-model-pvc",
}
IMAGES: dict[str, Any] = {
    "plugin_image": "nfsplugin:v1",
    "provisioner_image": "csi-provisioner:v1",
    "registrar_image": "registrar:v1",
    "liveness_image": "livenessprobe:v1",
}


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        engine.resources.clear()
        settle(lambda: ShareVolume("ml-model", ShareVolumeArgs(**{**MINIMUM, **changes})))
        by_kind = {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}
        return by_kind["PersistentVolume"]["spec"], by_kind["PersistentVolumeClaim"]["spec"]

    return build


@pytest.fixture
def driver(engine, settle):
    settle(lambda: NfsDriver("nfs", NfsDriverArgs(**IMAGES)))
    return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}


def test_any_number_of_nodes_reads_the_same_directory_of_the_server(objects):
    volume, claim = objects()
    assert volume["accessModes"] == claim["accessModes"] == ["ReadOnlyMany"]
    assert "nodeAffinity" not in volume
    assert volume["csi"]["driver"] == "nfs.csi.k8s.io"
    assert volume["csi"]["volumeAttributes"] == {"server": "nfs.example.com", "share": "/exports/resnet"}
    assert volume["mountOptions"] == ["nfsvers=4.1", "ro"]


def test_a_share_is_written_only_where_it_was_asked_for(objects):
    volume, claim = objects(writable=True)
    assert volume["accessModes"] == claim["accessModes"] == ["ReadWriteMany"]
    assert volume["mountOptions"] == ["nfsvers=4.1"]
    assert volume["csi"]["readOnly"] is False


def test_two_volumes_over_one_directory_are_two_mounts(objects):
    one, other = (objects(volume=name)[0]["csi"]["volumeHandle"] for name in ("a", "b"))
    assert one != other


def test_files_survive_the_removal_of_the_claim(objects):
    assert objects()[0]["persistentVolumeReclaimPolicy"] == "Retain"


def test_no_other_claim_can_take_the_volume_and_the_claim_takes_no_other_volume(objects):
    volume, claim = objects()
    assert (volume["claimRef"]["namespace"], volume["claimRef"]["name"]) == ("ml", "ml-model-pvc")
    assert claim["volumeName"] == "ml-model-pv"
    assert volume["storageClassName"] == "" == claim["storageClassName"]


def test_shares_are_mounted_on_every_node_whatever_it_is_kept_for(driver):
    pod = driver["DaemonSet"]["spec"]["template"]["spec"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert pod["hostNetwork"] is True, "a share that is mounted from a pod's own network is lost with the pod"
    (plugin,) = [one for one in pod["containers"] if one["name"] == "nfs"]
    mounts = {mount["name"]: mount for mount in plugin["volumeMounts"]}
    assert mounts["pods-mount-dir"]["mountPropagation"] == "Bidirectional"


def test_only_the_driver_itself_is_privileged(driver):
    for kind in ("DaemonSet", "Deployment"):
        pod = driver[kind]["spec"]["template"]["spec"]
        for container in pod["containers"]:
            assert container["securityContext"].get("privileged", False) == (container["name"] == "nfs")


def test_the_driver_reads_no_secret_and_its_nodes_hold_no_token(driver):
    rules = driver["ClusterRole"]["rules"]
    assert not any("secrets" in rule["resources"] for rule in rules)
    assert driver["DaemonSet"]["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("default", [False, True])
def test_a_class_is_the_default_only_where_it_was_asked_for(engine, settle, default):
    args = NfsClassSettings(name="nfs", server="nfs.example.com", path="/exports", default=default)
    settle(lambda: register_class(args, ResourceOptions()) and None)
    (made,) = engine.resources
    annotations = made.inputs["metadata"].get("annotations", {})
    assert (annotations.get("storageclass.kubernetes.io/is-default-class") == "true") == default
    assert made.inputs["parameters"]["server"] == "nfs.example.com"


@pytest.mark.parametrize(
    ("field", "value"),
    [("server", "nfs://a"), ("path", "exports"), ("volume", "A_b"), ("claim", ""), ("size", "0Gi")],
)
def test_a_wrong_value_is_refused_by_name_before_anything_is_made(field, value):
    with pytest.raises(ValueError, match=field):
        ShareVolumeArgs(**{**MINIMUM, field: value})
