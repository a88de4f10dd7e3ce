"""What the settings mean when they are right."""

import json
from pathlib import Path

import pulumi
import pytest
import yaml
from pulumi.runtime import config as engine

from components.versions import KUBERNETES
from settings import (
    HostFiles,
    Layer,
    PodNetwork,
    Settings,
    SettingsError,
    load,
    parse,
)
from tests.unit.settings.given import REPOSITORY, changed, good, mistakes, project, read

DEV = read("Pulumi.dev.yaml")


def test_dev_is_two_machines_on_this_computer_and_a_model(tmp_path: Path) -> None:
    settings = good(project(tmp_path))
    assert [machine.name for machine in settings.control_planes] == ["control-1"]
    assert [machine.name for machine in settings.workers] == ["worker-1"]
    assert settings.api_endpoint == "10.77.0.11:6443"
    assert settings.cluster.kubernetes_version == KUBERNETES
    assert settings.images["model-server"].startswith("metalml.local/model-server:")


def test_a_model_has_the_names_and_numbers_of_the_mission_by_default(tmp_path: Path) -> None:
    (model,) = good(project(tmp_path)).models
    assert (model.name, model.namespace, model.served_name) == ("ml-model", "ml", "default")
    assert model.storage.model_dump() == {"volume": "ml-model-pv", "claim": "ml-model-pvc", "size": "5Gi"}
    assert isinstance(model.files, HostFiles)
    assert model.files.host_path == "/mnt/ml-models"
    assert model.service.model_dump() == {"name": "ml-model-service", "node_port": 30050}
    assert model.resources.requests.model_dump() == {"cpu": "500m", "memory": "512Mi"}
    assert model.resources.limits.model_dump() == {"cpu": "2", "memory": "2Gi"}


def test_the_example_for_real_servers_can_be_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project(tmp_path)))
    settings = parse(read("Pulumi.prod.yaml.example"), "prod", tmp_path)
    assert settings.cluster.name == "prod"
    assert settings.cluster.network is PodNetwork.CALICO
    assert settings.cluster.source.kind == "apt"
    assert [
        (machine.name, machine.role, machine.gpu is not None, machine.user) for machine in settings.machines
    ] == [
        ("control-1", "control-plane", False, "ubuntu"),
        ("gpu-1", "worker", True, "ubuntu"),
    ]
    assert settings.models[0].gpu == 1


def test_a_model_on_gpu_machines_takes_one_gpu_unless_it_says_how_many(tmp_path: Path) -> None:
    changes = {
        "machines[1].gpu": True,
        "models[0].placement": "gpu",
    }
    project(tmp_path)
    assert good(tmp_path, **changes).models[0].gpu == 1
    assert good(tmp_path, **changes, **{"models[0].gpu": 4}).models[0].gpu == 4


def test_a_machine_says_itself_what_the_defaults_say_otherwise(tmp_path: Path) -> None:
    changes = {"cluster.machineDefaults.sshPort": 2222, "machines[1].sshPort": 22, "machines[1].user": "ops"}
    first, second = good(project(tmp_path), **changes).machines
    assert (first.ssh_port, first.user) == (2222, "root")
    assert (second.ssh_port, second.user) == (22, "ops")
    assert first.private_key_file == second.private_key_file == ".local/ssh/id_ed25519"


def test_a_key_file_in_the_home_directory_is_the_same_input_for_every_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project(tmp_path)))
    settings = good(tmp_path, **{"cluster.machineDefaults.privateKeyFile": "~/.ssh/id_ed25519"})
    assert settings.machines[0].private_key_file == "~/.ssh/id_ed25519"


def test_the_comment_of_a_host_key_is_no_part_of_it(tmp_path: Path) -> None:
    line = read("Pulumi.prod.yaml.example")["machines"][1]["hostKey"]
    server = {"name": "gpu-1", "role": "worker", "address": "10.77.0.13", "podRange": "10.244.13.0/24"}
    settings = good(project(tmp_path), **{"machines[2]": {**server, "hostKey": f"{line} root@gpu-1"}})
    assert settings.machines[2].host_key == line


@pytest.mark.parametrize(
    ("stack", "layers", "cluster", "platform"),
    [
        ("prod-platform", ["platform"], "prod-cluster", None),
        ("prod-models", ["models"], "prod-cluster", "prod-platform"),
        ("eu-west-models", ["models"], "eu-west-cluster", "eu-west-platform"),
    ],
)
def test_a_stack_of_one_layer_finds_the_others_by_its_own_name(
    stack: str, layers: list[str], cluster: str | None, platform: str | None, tmp_path: Path
) -> None:
    settings = parse({"layers": layers}, stack, tmp_path)
    assert (settings.upstream.cluster, settings.upstream.platform) == (cluster, platform)


def test_a_stack_can_name_the_others_itself(tmp_path: Path) -> None:
    raw = {"layers": ["models"], "upstream": {"cluster": "fleet-a", "platform": "acme/metalml/tools"}}
    settings = parse(raw, "prod-models", tmp_path)
    assert settings.upstream.stack(Layer.CLUSTER) == "fleet-a"
    assert settings.upstream.stack(Layer.PLATFORM) == "acme/metalml/tools"


def test_a_stack_of_the_cluster_layer_has_the_environments_name_for_its_cluster(tmp_path: Path) -> None:
    own = {key: value for key, value in DEV["cluster"].items() if key != "name"}
    raw = {"layers": ["cluster"], "cluster": own, "machines": DEV["machines"]}
    assert parse(raw, "dev-cluster", project(tmp_path)).cluster.name == "dev"


def test_models_of_another_stacks_cluster_are_not_checked_against_machines_unknown_here(
    tmp_path: Path,
) -> None:
    raw = {"layers": ["models"], "models": DEV["models"]}
    assert not mistakes(raw, project(tmp_path), "prod-models")


def test_two_models_share_a_directory_when_they_are_served_under_two_names(tmp_path: Path) -> None:
    files = {"source": ".local/models/half_plus_two", "machine": "worker-1"}
    second = {"name": "other", "servedName": "other", "service": {"nodePort": 30051}, "files": files}
    assert len(good(project(tmp_path), **{"models[1]": second}).models) == 2


def test_settings_cannot_be_changed_by_the_program(tmp_path: Path) -> None:
    settings = good(project(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        settings.cluster.name = "other"  # pyright: ignore[reportAttributeAccessIssue]


def test_the_schema_of_the_project_has_exactly_the_keys_that_the_program_knows() -> None:
    schema = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())["config"]
    assert list(schema) == [f"metalml:{key}" for key in Settings.yaml_keys()]
    for key, entry in schema.items():
        assert entry["description"], key
        assert "default" in entry, f"without it the engine asks every stack for {key}"


def test_the_schemas_empty_defaults_are_no_settings(tmp_path: Path) -> None:
    schema = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())["config"]
    empty = {key.removeprefix("metalml:"): entry["default"] for key, entry in schema.items()}
    assert not mistakes({**empty, "layers": ["platform"]}, tmp_path, "prod-platform")


@pytest.fixture
def engine_config():
    """The engine's configuration, put back afterwards."""
    before, secrets = engine.CONFIG.get(), engine._SECRET_KEYS.get()
    yield engine.set_all_config
    engine.set_all_config(before, list(secrets))


def test_the_engines_configuration_is_read_as_it_hands_it_over(tmp_path: Path, engine_config) -> None:
    engine_config({f"metalml:{key}": json.dumps(value) for key, value in DEV.items()} | {"aws:region": "eu"})
    assert load(pulumi.Config("metalml"), "dev", project(tmp_path)) == good(tmp_path)


def test_a_misspelt_key_that_the_engine_ignores_is_found(tmp_path: Path, engine_config) -> None:
    raw = changed(DEV, {"modles": []})
    engine_config(
        {f"metalml:{key}": json.dumps(value) for key, value in raw.items()} | {"metalml:note": "hi"}
    )
    with pytest.raises(SettingsError) as raised:
        load(pulumi.Config("metalml"), "dev", project(tmp_path))
    assert [mistake.path for mistake in raised.value.mistakes] == ["modles", "note"]


def test_a_key_from_the_environment_is_found_too(
    tmp_path: Path, engine_config, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_config({})
    monkeypatch.setenv(
        "PULUMI_CONFIG", json.dumps({f"metalml:{key}": json.dumps(v) for key, v in DEV.items()})
    )
    assert load(pulumi.Config("metalml"), "dev", project(tmp_path)) == good(tmp_path)


def test_what_is_below_an_encrypted_key_is_not_printed(tmp_path: Path, engine_config) -> None:
    raw = changed(DEV, {"images": {"model-server": {"canary": 1}}})
    engine_config({f"metalml:{k}": json.dumps(v) for k, v in raw.items()}, ["metalml:images"])
    with pytest.raises(SettingsError) as raised:
        load(pulumi.Config("metalml"), "dev", project(tmp_path))
    assert "metalml:images.model-server" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_no_secret_is_in_the_text_of_the_settings(tmp_path: Path, engine_config) -> None:
    raw = {f"metalml:{k}": json.dumps(v) for k, v in DEV.items()}
    raw |= {"metalml:s3AccessKeyId": "models", "metalml:s3SecretAccessKey": "canary"}
    raw |= {"metalml:secrets": json.dumps({"chat": "canary"})}
    engine_config(raw, ["metalml:s3SecretAccessKey", "metalml:secrets"])
    settings = load(pulumi.Config("metalml"), "dev", project(tmp_path))
    assert settings.s3_secret_access_key.get_secret_value() == "canary"
    assert settings.secrets["chat"].get_secret_value() == "canary"
    assert "canary" not in f"{settings} {settings.model_dump()!r}"


def test_one_secret_in_plain_text_among_encrypted_ones_is_refused(tmp_path: Path, engine_config) -> None:
    raw = {f"metalml:{k}": json.dumps(v) for k, v in DEV.items()}
    engine_config(raw | {"metalml:secrets": json.dumps({"a": "canary", "b": "canary"})}, ["metalml:secrets"])
    file = project(tmp_path) / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {"metalml:secrets": {"a": {"secure": "v1:x"}, "b": "canary"}}}))
    with pytest.raises(SettingsError, match="a secret in plain text") as raised:
        load(pulumi.Config("metalml"), "dev", tmp_path)
    assert "canary" not in str(raised.value)
    file.write_text(yaml.safe_dump({"config": {"metalml:secrets": {"a": {"secure": "v1:x"}}}}))
    assert load(pulumi.Config("metalml"), "dev", tmp_path).secrets
