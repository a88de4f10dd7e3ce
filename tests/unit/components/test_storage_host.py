"""A model's files are on one machine: its volume binds to one claim, there, and outlives the stack."""

from typing import Any

import pytest

from components.serving.storage_host import ModelVolume, ModelVolumeArgs

MINIMUM: dict[str, Any] = {"namespace": "ml", "node": "worker-1"}


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        settle(lambda: ModelVolume("ml-model", ModelVolumeArgs(**{**MINIMUM, **changes})))
        by_kind = {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}
        return by_kind["PersistentVolume"], by_kind["PersistentVolumeClaim"]

    return build


def test_defaults_are_the_documented_names_and_numbers(objects):
    volume, claim = objects()
    assert volume["metadata"]["name"] == "ml-model-pv"
    assert volume["spec"]["capacity"] == {"storage": "5Gi"}
    assert volume["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert volume["spec"]["hostPath"]["path"] == "/mnt/ml-models"
    assert claim["metadata"] == {"name": "ml-model-pvc", "namespace": "ml"}
    assert claim["spec"]["resources"]["requests"] == {"storage": "5Gi"}


def test_files_survive_the_removal_of_the_claim(objects):
    volume, _ = objects()
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_pods_can_only_run_where_the_files_are(objects):
    volume, _ = objects(node="worker-7")
    terms = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert terms == [
        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker-7"]}]}
    ]


def test_no_other_claim_can_take_the_volume_and_the_claim_takes_no_other_volume(objects):
    volume, claim = objects(volume="a-pv", claim="a-pvc")
    reference = volume["spec"]["claimRef"]
    assert (reference["namespace"], reference["name"]) == ("ml", "a-pvc")
    assert claim["spec"]["volumeName"] == "a-pv"


def test_a_default_storage_class_makes_no_empty_volume_instead(objects):
    volume, claim = objects()
    assert volume["spec"]["storageClassName"] == "" == claim["spec"]["storageClassName"]


def test_files_that_never_came_are_not_hidden_by_an_empty_directory(objects):
    volume, _ = objects()
    assert volume["spec"]["hostPath"]["type"] == "Directory"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("volume", "Ml_Volume"),
        ("claim", "x" * 254),
        ("size", "five"),
        ("size", "0Gi"),
        ("host_path", "mnt/ml-models"),
        ("host_path", "/"),
        ("host_path", "/mnt/../etc"),
    ],
)
def test_a_wrong_value_is_refused_by_name_before_anything_is_made(field, value):
    with pytest.raises(ValueError, match=field):
        ModelVolumeArgs(**{**MINIMUM, field: value})
