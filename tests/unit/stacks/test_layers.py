"""The layers in one stack and over three: what each builds, and what it takes from the one below."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import Output
from pulumi.runtime import config as engine_configuration

from settings import Settings, parse
from stacks import models, platform, references
from tests.unit.conftest import STACK_REFERENCE, Recorder, plain
from tests.unit.settings.given import HOST_KEY, REPOSITORY, kubeconfig, project, read

DEV = read("Pulumi.dev.yaml")
COMMAND = "command:local:Command"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
NAMESPACE = "kubernetes:core/v1:Namespace"
PROVIDER = "pulumi:providers:kubernetes"
KUBERNETES_OBJECTS = "kubernetes:"
FACTS = {
    "hostname": "machine",
    "machineId": "0123456789abcdef",
    "os": "debian",
    "codename": "bookworm",
    "cgroup": "v2",
    "container": True,
    "oomScore": "free",
    "conntrack": "writable",
    "openFiles": 1048576,
}
MACHINE = {
    "role": "worker",
    "address": "203.0.113.12",
    "sshPort": 2222,
    "user": "ops",
    "privateKeyFile": "~/.ssh/fleet",
    "hostKey": HOST_KEY,
    "gpu": False,
    "labels": {},
}
CLUSTER_STACK = {
    "clusterName": "prod",
    "apiEndpoint": "203.0.113.11:6443",
    "kubeconfig": kubeconfig("canary"),
    "kubernetesVersion": "1.36.3",
    "machines": {
        "worker-1": MACHINE,
        "control-1": {**MACHINE, "role": "control-plane", "address": "203.0.113.11"},
    },
}
PLATFORM_STACK = {
    "namespaces": ["ml"],
    "priorities": ["serving", "training", "best-effort"],
    "teams": {},
    "gateway": {},
    "scalingApis": [],
    "monitoring": {},
}
Settle = Callable[[Callable[[], object]], None]


@pytest.fixture
def prod(engine: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """An engine beside which the stacks prod-cluster and prod-platform are up."""
    monkeypatch.chdir(project(tmp_path))
    engine.stacks["organization/metalml/prod-cluster"] = CLUSTER_STACK
    engine.stacks["organization/metalml/prod-platform"] = PLATFORM_STACK
    return engine


def settings_of(layer: str) -> Settings:
    return parse({"layers": [layer], layer: DEV[layer]}, f"prod-{layer}", Path.cwd())


def kubernetes_objects(engine: Recorder) -> list[Any]:
    return [found for found in engine.resources if found.typ.startswith(KUBERNETES_OBJECTS)]


def test_a_models_stack_serves_on_a_cluster_of_another_stack(prod: Recorder, settle: Settle) -> None:
    shown: dict[str, Any] = {}

    def build() -> Output[Any]:
        outputs = models.build(
            settings_of("models"),
            references.cluster_of("prod-cluster"),
            references.platform_of("prod-platform"),
        )
        return Output.all(**outputs.exports()).apply(shown.update)

    settle(build)
    assert set(prod.of_type(STACK_REFERENCE)) == {"cluster", "platform"}
    delivery, unused = prod.of_type(COMMAND).values()
    assert (delivery.name, unused.name) == ("ml-model-files", "ml-model-unused-files")
    assert delivery.inputs["environment"] == {
        "METALML_NAME": "worker-1",
        "METALML_ADDRESS": "203.0.113.12",
        "METALML_PORT": "2222",
        "METALML_USER": "ops",
        "METALML_KEY_FILE": "~/.ssh/fleet",
        "METALML_HOST_KEY": HOST_KEY,
    }
    assert shown["predictionUrls"] == {
        "ml-model": [
            "http://203.0.113.11:30050/v1/models/default:predict",
            "http://203.0.113.12:30050/v1/models/default:predict",
        ]
    }


def test_a_model_behind_the_gateway_of_another_stack_is_asked_there(prod: Recorder, settle: Settle) -> None:
    # As the engine hands numbers of other stacks over.
    gateway = {"name": "models", "namespace": "gateway", "nodePort": 30080.0}
    prod.stacks["organization/metalml/prod-platform"] = {**PLATFORM_STACK, "gateway": gateway}
    tracks = [{"name": "a", "version": 1, "weight": 90}, {"name": "b", "version": 1, "weight": 10}]
    (model,) = DEV["models"]
    model = {**model, "rollout": {"strategy": "canary", "tracks": tracks}}
    settings = parse({"layers": ["models"], "models": [model]}, "prod-models", Path.cwd())
    shown: dict[str, Any] = {}

    def build() -> Output[Any]:
        outputs = models.build(
            settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform")
        )
        return Output.all(**outputs.exports()).apply(shown.update)

    settle(build)
    assert shown["predictionUrls"]["ml-model"][0] == "http://203.0.113.11:30080/v1/models/default:predict"


@pytest.mark.parametrize(("weight", "asked"), [(10, []), (11, ["ml-model-b-gate"])])
def test_a_gate_is_asked_only_for_more_than_a_try(
    prod: Recorder, settle: Settle, weight: int, asked: list[str]
) -> None:
    prod.stacks["organization/metalml/prod-platform"] = {
        **PLATFORM_STACK,
        "gateway": {"name": "models", "namespace": "gateway", "nodePort": 30080.0},
        "monitoring": {"namespace": "monitoring"},
    }
    tracks = [
        {"name": "a", "version": 1, "weight": 100 - weight, "gate": {"above": 90}},
        {"name": "b", "version": 1, "weight": weight, "gate": {}},
    ]
    (model,) = DEV["models"]
    model = {**model, "rollout": {"strategy": "canary", "tracks": tracks}}
    settings = parse({"layers": ["models"], "models": [model]}, "prod-models", Path.cwd())

    def build() -> None:
        models.build(settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform"))

    settle(build)
    commands = prod.of_type(COMMAND)
    assert [name for name in commands if name.endswith("-gate")] == asked
    for name in asked:
        # The API server leads to Prometheus.
        assert commands[name].inputs["environment"]["METALML_ADDRESS"] == "203.0.113.11"


def test_a_model_that_needs_a_gateway_is_told_that_there_is_none(prod: Recorder, settle: Settle) -> None:
    with pytest.raises(pulumi.RunError, match="has no gateway, which a model's rollout needs"):
        settle(lambda: references.platform_of("prod-platform").models_gateway())


def test_the_model_has_the_claim_the_image_and_the_namespace_of_the_settings(
    prod: Recorder, settle: Settle
) -> None:
    settings = parse(
        {"layers": ["models"], "models": DEV["models"], "images": {"model-server": "example.com/server:1"}},
        "prod-models",
        Path.cwd(),
    )
    settle(
        lambda: models.build(
            settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform")
        )
    )
    (deployment,) = prod.of_type(DEPLOYMENT).values()
    assert deployment.inputs["metadata"]["namespace"] == "ml"
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "example.com/server:1"


def test_pods_see_only_their_own_version_in_a_place_of_its_own(prod: Recorder, settle: Settle) -> None:
    source = Path(".local/models/half_plus_two")
    (source / "2").mkdir()
    (source / "2" / "saved_model.pb").write_bytes(b"another model")
    (model,) = DEV["models"]
    tracks = [{"name": "blue", "version": 1}, {"name": "green", "version": 2, "replicas": 3}]
    rollout = {"strategy": "blue-green", "active": "blue", "tracks": tracks}

    def mounts(name: str, raw: dict[str, Any]) -> dict[str, str]:
        prod.resources.clear()
        settings = parse({"layers": ["models"], "models": [raw]}, "prod-models", Path.cwd())
        settle(
            lambda: models.build(
                settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform")
            )
        )
        pod = prod.of_type(DEPLOYMENT)[name].inputs["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        return {
            mount["mountPath"]: mount["subPath"]
            for mount in container["volumeMounts"]
            if mount["name"] == "models"
        }

    (newest,) = mounts("ml-model", model).items()
    (blue,) = mounts("ml-model-blue", {**model, "rollout": rollout}).items()
    (green,) = mounts("ml-model-green", {**model, "rollout": rollout}).items()
    assert prod.of_type(DEPLOYMENT)["ml-model-green"].inputs["spec"]["replicas"] == 3
    assert newest == green
    assert (blue[0], green[0]) == ("/models/default/1", "/models/default/2")
    assert blue[1].startswith("default/1-") and green[1].startswith("default/2-")
    # The delivery brings exactly these folders, and what it no longer needs goes after the pods.
    delivery, unused = prod.of_type(COMMAND).values()
    assert delivery.inputs["stdin"] == unused.inputs["stdin"]
    for folder in (blue[1], green[1]):
        assert f"{folder.removeprefix('default/')}/saved_model.pb\n" in delivery.inputs["stdin"]
    assert "--keep" in delivery.inputs["create"] and "--keep" not in unused.inputs["create"]
    assert "delete" in delivery.inputs and "delete" not in unused.inputs


def test_every_object_goes_to_the_clusters_own_provider(prod: Recorder, settle: Settle) -> None:
    def build() -> None:
        cluster = references.cluster_of("prod-cluster")
        models.build(settings_of("models"), cluster, platform.build(settings_of("platform"), cluster))

    settle(build)
    assert list(prod.of_type(PROVIDER)) == ["kubernetes"]
    assert len(kubernetes_objects(prod)) >= 6
    for found in kubernetes_objects(prod):
        assert found.provider.endswith("::kubernetes::kubernetes-id"), (
            f"{found.name} would go to another cluster"
        )


def test_an_autoscaler_where_the_platform_stack_measures_nothing_is_said_by_name(
    prod: Recorder, settle: Settle
) -> None:
    model = {**DEV["models"][0], "autoscaling": {}}
    settings = parse({"layers": ["models"], "models": [model]}, "prod-models", Path.cwd())
    with pytest.raises(pulumi.RunError, match=r"API group for autoscaling 'metrics.k8s.io'; it has none"):
        settle(
            lambda: models.build(
                settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform")
            )
        )


def test_a_renewed_kubeconfig_replaces_nothing(prod: Recorder, settle: Settle) -> None:
    settle(lambda: references.cluster_of("prod-cluster"))
    (provider,) = prod.of_type(PROVIDER).values()
    inputs = plain(provider.inputs)
    assert inputs["clusterIdentifier"] == "prod", (
        "without a constant one every object is replaced with the provider"
    )
    assert inputs["enableConfigMapMutable"] == inputs["enableSecretMutable"] == "true"


def test_the_kubeconfig_of_another_stack_stays_secret(prod: Recorder, settle: Settle) -> None:
    secret: list[bool] = []

    async def look(cluster: references.ClusterOutputs) -> None:
        secret.append(await cluster.kubeconfig.is_secret())

    settle(lambda: Output.from_input(look(references.cluster_of("prod-cluster"))))
    assert secret == [True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"clusterName": None},
            "stack organization/metalml/prod-cluster has no output clusterName: bring it up",
        ),
        ({"machines": {"gpu-7": MACHINE}}, "has no machine 'worker-1'; it has gpu-7"),
    ],
)
def test_what_the_stack_below_lacks_is_said_by_name(
    change: dict[str, Any], words: str, prod: Recorder, settle: Settle
) -> None:
    prod.stacks["organization/metalml/prod-cluster"] = {**CLUSTER_STACK, **change}
    with pytest.raises(pulumi.RunError, match=words):
        settle(
            lambda: models.build(
                settings_of("models"),
                references.cluster_of("prod-cluster"),
                references.platform_of("prod-platform"),
            )
        )


def test_a_namespace_that_the_platform_stack_does_not_have_is_said_by_name(
    prod: Recorder, settle: Settle
) -> None:
    with pytest.raises(pulumi.RunError, match="has no namespace 'vision'; it has ml"):
        settle(lambda: references.platform_of("prod-platform").namespace("vision"))


def test_a_model_goes_before_other_work_unless_it_says_otherwise(prod: Recorder, settle: Settle) -> None:
    raw = [
        *DEV["models"],
        {**DEV["models"][0], "name": "later", "priority": "best-effort", "service": {"nodePort": 30051}},
    ]
    raw[1]["servedName"] = "later"
    settings = parse({"layers": ["models"], "models": raw}, "prod-models", Path.cwd())
    settle(
        lambda: models.build(
            settings, references.cluster_of("prod-cluster"), references.platform_of("prod-platform")
        )
    )
    pods = {name: one.inputs["spec"]["template"]["spec"] for name, one in prod.of_type(DEPLOYMENT).items()}
    assert {name: pod["priorityClassName"] for name, pod in pods.items()} == {
        "ml-model": "serving",
        "later": "best-effort",
    }


def test_namespaces_refuse_pods_with_privileges(prod: Recorder, settle: Settle) -> None:
    settle(lambda: platform.build(settings_of("platform"), references.cluster_of("prod-cluster")))
    (namespace,) = prod.of_type(NAMESPACE).values()
    assert namespace.inputs["metadata"]["name"] == "ml"
    for mode in ("enforce", "warn", "audit"):
        assert namespace.inputs["metadata"]["labels"][f"pod-security.kubernetes.io/{mode}"] == "restricted"


@pytest.mark.parametrize("name", ["fleet", "acme/fleet/prod"])
def test_the_name_of_a_stack_is_completed_only_where_it_is_short(
    name: str, prod: Recorder, settle: Settle
) -> None:
    full: list[str] = []
    settle(lambda: full.append(references.full_name(name)))
    assert full == [name if "/" in name else f"organization/metalml/{name}"]


@pytest.fixture
def program(engine: Recorder, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the whole program with the settings; gives what it exports."""
    before, secrets = engine_configuration.CONFIG.get(), engine_configuration._SECRET_KEYS.get()
    monkeypatch.chdir(project(tmp_path))
    for machine in ("control-1", "worker-1"):
        engine.outputs[f"{machine}-preflight"] = {"stdout": json.dumps(FACTS)}
        engine.outputs[f"{machine}-machine"] = {"stdout": f"{HOST_KEY}\n"}
    engine.outputs["control-1-kubeconfig"] = {"stdout": "canary of the kubeconfig"}
    exported: dict[str, Output[Any]] = {}
    monkeypatch.setattr(
        pulumi, "export", lambda name, value: exported.update({name: Output.from_input(value)})
    )

    # Only a real program has an end to wait for.
    monkeypatch.setattr(pulumi, "run", lambda _: None)

    def run(raw: dict[str, Any]) -> dict[str, Output[Any]]:
        engine_configuration.set_all_config(
            {f"metalml:{key}": json.dumps(value) for key, value in raw.items()}
        )
        settle(lambda: runpy.run_path(str(REPOSITORY / "__main__.py")) and None)
        return exported

    yield run
    engine_configuration.set_all_config(before, list(secrets))


def test_one_stack_shows_everything_that_its_users_need(program, engine: Recorder) -> None:
    exported = program(DEV)
    assert set(exported) == {
        "clusterName",
        "apiEndpoint",
        "kubeconfig",
        "kubernetesVersion",
        "machines",
        "namespaces",
        "priorities",
        "gateway",
        "scalingApis",
        "monitoring",
        "teams",
        "predictionUrls",
    }
    assert not engine.of_type(STACK_REFERENCE)
    assert set(engine.of_type(DEPLOYMENT)) == {"ml-model"}


def test_a_stack_of_the_cluster_layer_alone_puts_nothing_on_the_cluster(program, engine: Recorder) -> None:
    exported = program({"layers": ["cluster"], "cluster": DEV["cluster"], "machines": DEV["machines"]})
    assert "kubeconfig" in exported
    assert "namespaces" not in exported
    assert not kubernetes_objects(engine)


def test_a_stack_of_the_platform_layer_alone_touches_no_machine(program, engine: Recorder) -> None:
    engine.stacks["organization/metalml/fleet"] = CLUSTER_STACK
    upstream = {"cluster": "fleet"}
    exported = program({"layers": ["platform"], "upstream": upstream, "platform": DEV["platform"]})
    assert set(exported) == {"namespaces", "teams", "priorities", "gateway", "scalingApis", "monitoring"}
    assert not engine.of_type(COMMAND)


def test_a_stack_with_a_mistake_registers_nothing(program, engine: Recorder) -> None:
    with pytest.raises(pulumi.RunError, match="metalml:modles"):
        program({**DEV, "modles": []})
    assert engine.resources == []
