"""Logging as the settings ask for it: nothing reads a password, and nobody comes before what it needs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key

from settings import parse
from stacks import models, platform, references
from tests.unit.conftest import Recorder, plain
from tests.unit.settings.given import changed, project, read
from tests.unit.stacks.test_layers import CLUSTER_STACK

Settle = Callable[[Callable[[], object]], None]
CANARY = "canary-of-the-password"
CERTIFICATE = "a certificate\n-----BEGIN PRIVATE KEY-----\ncanary-of-the-key\n"
CLOUD = {
    "cloudwatch": {"region": "eu-central-1", "group": "/metalml/dev", "accessKeyId": "A" * 20},
    "cloudlogging": {"project": "my-project"},
    "azuremonitor": {
        "endpoint": "https://logs.example.ingest.monitor.azure.com",
        "rule": f"dcr-{'0' * 32}",
        "stream": "Custom-Logs_CL",
        "tenant": "00000000-0000-0000-0000-000000000000",
        "client": "00000000-0000-0000-0000-000000000000",
    },
}


@pytest.fixture
def built(
    engine: Recorder, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, Any]], Recorder]:
    """Dev on a cluster that is up, with these settings of platform.logging."""
    monkeypatch.chdir(project(tmp_path))
    engine.stacks["organization/metalml/dev"] = CLUSTER_STACK
    for name in ("elasticsearch", "elasticsearch-nodes", "kibana"):
        engine.outputs[f"{name}-certificate"] = {"stdout": CERTIFICATE}
    for name in ("elasticsearch-admin-password", "fluentd-password", "kibana-password", "kibana-key"):
        engine.outputs[name] = {"stdout": f"{CANARY} of {name}"}

    def run(logging: Mapping[str, Any]) -> Recorder:
        raw = changed(read("Pulumi.dev.yaml"), {"platform.logging": logging})
        raw |= {"secrets": {"cloud": CANARY}, "s3AccessKeyId": "AKIA", "s3SecretAccessKey": CANARY}
        raw |= {"images": {f"fluentd-{kind}": f"registry.example.com/{kind}:1" for kind in CLOUD}}
        settings = parse(raw, "dev", Path.cwd(), {"secrets", "s3SecretAccessKey"})

        def build() -> None:
            cluster = references.cluster_of("dev")
            models.build(settings, cluster, platform.build(settings, cluster))

        settle(build)
        return engine

    return run


def open_text(value: Any) -> str:
    """What can be read of inputs by whoever may see the state."""
    if isinstance(value, Mapping):
        if value.get(_special_sig_key) == _special_secret_sig:
            return ""
        return " ".join(open_text(inner) for inner in value.values())
    return " ".join(open_text(inner) for inner in value) if isinstance(value, list) else str(value)


def of_kind(engine: Recorder, kind: str) -> dict[str, Any]:
    found = [one for one in engine.resources if one.typ.endswith(f":{kind}")]
    return {one.inputs["metadata"]["name"]: plain(one.inputs) for one in found}


def test_no_password_is_in_anything_that_can_be_read(built: Callable[..., Recorder]) -> None:
    snapshots = {"endpoint": "https://s3.example.com", "bucket": "logs"}
    engine = built({"output": {"kind": "elasticsearch", "snapshots": snapshots}})
    for one in engine.resources:
        assert "canary-of" not in open_text(one.inputs), one.name
    # It is where it is needed, and in no other kind of object.
    with_it = {
        one.typ.rpartition(":")[2] for one in engine.resources if "canary-of" in str(plain(one.inputs))
    }
    assert with_it <= {"Secret"}


@pytest.mark.parametrize("kind", CLOUD)
def test_each_cloud_is_one_setting_and_takes_no_elasticsearch(
    kind: str, built: Callable[..., Recorder]
) -> None:
    engine = built({"output": {"kind": kind, "secret": "cloud", **CLOUD[kind]}})
    assert not of_kind(engine, "StatefulSet")
    assert not of_kind(engine, "Job")
    container = of_kind(engine, "DaemonSet")["fluentd"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == f"registry.example.com/{kind}:1"
    for one in engine.resources:
        assert "canary-of" not in open_text(one.inputs), one.name


def test_every_model_has_a_search_where_there_is_a_kibana(built: Callable[..., Recorder]) -> None:
    searches = of_kind(built({}), "ConfigMap")["model-searches"]["data"]["objects.ndjson"]
    assert "Model ml-model (ml)" in searches


def test_whatever_a_node_has_to_say_is_taken(built: Callable[..., Recorder]) -> None:
    pod = of_kind(built({}), "DaemonSet")["fluentd"]["spec"]["template"]["spec"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    paths = {one["name"]: one["hostPath"]["path"] for one in pod["volumes"] if "hostPath" in one}
    assert paths == {"pods": "/var/log/pods", "state": "/var/lib/metalml/fluentd"}
    (container,) = pod["containers"]
    read_only = {one["name"]: one.get("readOnly", False) for one in container["volumeMounts"]}
    assert read_only["pods"]
    assert not read_only["state"]


def test_nodes_of_elasticsearch_meet_before_they_are_ready(built: Callable[..., Recorder]) -> None:
    engine = built({})
    nodes = of_kind(engine, "StatefulSet")["elasticsearch"]["spec"]
    assert nodes["podManagementPolicy"] == "Parallel"
    headless = of_kind(engine, "Service")[nodes["serviceName"]]["spec"]
    assert headless["clusterIP"] == "None"
    assert headless["publishNotReadyAddresses"]
    pod = nodes["template"]["spec"]
    assert pod["securityContext"]["fsGroup"] == 1000
    (serve,) = pod["containers"]
    assert serve["resources"]["requests"]["memory"] == serve["resources"]["limits"]["memory"] == "4Gi"
    assert {"name": "ES_JAVA_OPTS", "value": "-Xms2048m -Xmx2048m"} in serve["env"]
    # Handing over takes longer than the default of 30 s.
    assert pod["terminationGracePeriodSeconds"] > serve["lifecycle"]["preStop"]["sleep"]["seconds"]


def test_nothing_is_made_where_nobody_asks(built: Callable[..., Recorder]) -> None:
    engine = built(None)  # pyright: ignore[reportArgumentType]
    assert "logging" not in of_kind(engine, "Namespace")
