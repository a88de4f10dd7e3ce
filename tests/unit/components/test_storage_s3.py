"""A version is fetched whole, checked before it is served, and its keys are seen by nobody."""

from typing import Any

import pytest

from components.serving.storage_s3 import BucketFiles, BucketFilesArgs, S3Credentials
from tests.unit.components.test_model_server import MINIMUM as SERVER
from tests.unit.components.test_model_server import ModelServer, ModelServerArgs
from tests.unit.conftest import plain

DIGEST = "ab" * 32
KEYS = S3Credentials(access_key_id="id", secret_access_key="canary")
MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "secret": "ml-model-files",
    "target": "/models/resnet",
    "endpoint": "https://s3.example.com",
    "region": "eu-1",
    "bucket": "models",
    "prefix": "resnet/7",
    "digest": DIGEST,
    "size": "3Gi",
    "image": "rclone/rclone:1.74.0",
    "user": 1000,
}


@pytest.fixture
def objects(engine, settle):
    """The objects of a model whose files are in a bucket, by kind; inputs with their secrets marked."""

    def build(**changes):
        def served():
            files = BucketFiles("ml-model-files", BucketFilesArgs(**{**MINIMUM, **changes})).files
            ModelServer("ml-model", ModelServerArgs(**{**SERVER, "files": files, "served_name": "resnet"}))

        engine.resources.clear()
        settle(served)
        return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}

    return build


@pytest.fixture
def template(objects):
    return lambda **changes: objects(**changes)["Deployment"]["spec"]["template"]


@pytest.fixture
def steps(template):
    def build(**changes):
        return {one["name"]: one for one in template(**changes)["spec"]["initContainers"]}

    return build


def test_every_file_is_checked_before_the_server_starts(steps):
    made = steps()
    assert [[name, *step["args"][:-1]] for name, step in made.items()] == [
        ["fetch", "copy", ":s3:models/resnet/7", "/models/resnet"],
        [
            "check-list",
            "checksum",
            "sha256",
            "--copy-links",
            "/pinned/SHA256SUMS",
            "/models/resnet",
            "--include=/SHA256SUMS",
        ],
        [
            "check-files",
            "checksum",
            "sha256",
            "/models/resnet/SHA256SUMS",
            "/models/resnet",
            "--exclude=/SHA256SUMS",
        ],
    ]


def test_a_pod_of_the_old_version_never_checks_by_the_new_digest(template):
    # From the pod's own annotation, so an old ReplicaSet's new pods still know their own.
    made = template()
    assert made["metadata"]["annotations"]["metalml/model-sums"] == f"{DIGEST}  SHA256SUMS"
    volumes = {volume["name"]: volume for volume in made["spec"]["volumes"]}
    assert volumes["pinned"]["downwardAPI"]["items"] == [
        {"path": "SHA256SUMS", "fieldRef": {"fieldPath": "metadata.annotations['metalml/model-sums']"}}
    ]


def test_another_version_rolls_the_pods(template):
    first, other = (template(digest=digest)["metadata"]["annotations"] for digest in (DIGEST, "cd" * 32))
    assert first["metalml/model-sha256"] != other["metalml/model-sha256"]


def test_pods_may_run_on_every_node_and_take_no_more_disk_than_they_said(template):
    volumes = {volume["name"]: volume for volume in template()["spec"]["volumes"]}
    assert volumes["models"] == {"name": "models", "emptyDir": {"sizeLimit": "3Gi"}}


def test_a_node_without_the_disk_for_the_files_gets_no_pod(steps):
    for step in steps().values():
        assert step["resources"]["requests"]["ephemeral-storage"] == "3Gi"


def test_the_keys_are_secret_and_only_the_step_that_fetches_has_them(objects):
    made = objects(credentials=KEYS)
    secret = made["Secret"]
    assert "canary" in str(plain(secret)["stringData"])
    assert secret["stringData"] != plain(secret)["stringData"], "the state would hold the keys in plain text"
    pod = made["Deployment"]["spec"]["template"]["spec"]
    (volume,) = [one for one in pod["volumes"] if one.get("secret") == {"secretName": "ml-model-files"}]
    having = [
        container["name"]
        for container in (*pod["initContainers"], *pod["containers"])
        if volume["name"] in {mount["name"] for mount in container["volumeMounts"]}
    ]
    assert having == ["fetch"]


def test_a_public_bucket_needs_no_keys(objects):
    made = objects()
    assert "Secret" not in made
    assert "secret" not in str(made["Deployment"]["spec"]["template"]["spec"]["volumes"])


def test_the_store_is_asked_where_the_settings_say(steps):
    made = {variable["name"]: variable["value"] for variable in steps()["fetch"]["env"]}
    assert made["RCLONE_S3_ENDPOINT"] == "https://s3.example.com"
    assert made["RCLONE_S3_REGION"] == "eu-1"


@pytest.mark.parametrize(
    ("endpoint", "rule"),
    [
        ("https://s3.example.com", {"ports": [{"port": 443, "protocol": "TCP"}]}),
        ("http://10.77.0.5:9000", {"ports": [{"port": 9000, "protocol": "TCP"}]}),
        ("http://store.files.svc:80", {"to": [{"namespaceSelector": {}}]}),
    ],
)
def test_only_dns_and_the_store_are_let_out(objects, endpoint, rule):
    policy = objects(endpoint=endpoint)["NetworkPolicy"]["spec"]
    dns = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    assert policy["egress"] == [dns, rule]


def test_the_steps_meet_the_restricted_level(steps):
    for step in steps().values():
        context = step["securityContext"]
        assert (context["runAsNonRoot"], context["runAsUser"]) == (True, 1000)
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert step["resources"]["limits"].keys() >= {"cpu", "memory"}, "a quota would refuse the pod"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("secret", "ML"),
        ("image", "rclone/rclone"),
        ("endpoint", "s3.example.com"),
        ("endpoint", "https://s3.example.com/path"),
        ("prefix", "/resnet"),
        ("prefix", ""),
        ("digest", "abc"),
        ("user", 0),
    ],
)
def test_a_wrong_value_is_refused_by_name_before_anything_is_made(field, value):
    with pytest.raises(ValueError, match=field):
        BucketFilesArgs(**{**MINIMUM, field: value})
