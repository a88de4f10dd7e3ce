"""What users of a model would notice: requests lost, a broken model served, other people's models reached."""

from typing import Any

import pulumi
import pytest

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.storage import files_of_claim
from settings.server import BatchingSettings, ServerSettings

MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "image": "tensorflow/serving:2.20.0",
    "files": files_of_claim("ml-model-pvc", "aaa"),
}


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        engine.resources.clear()
        made = []
        settle(lambda: made.append(ModelServer("ml-model", ModelServerArgs(**{**MINIMUM, **changes}))))
        return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}

    return build


@pytest.fixture
def template(objects):
    return lambda **changes: objects(**changes)["Deployment"]["spec"]["template"]


@pytest.fixture
def container(template):
    def build(**changes):
        (only,) = template(**changes)["spec"]["containers"]
        return only

    return build


def test_defaults_are_the_documented_names_and_numbers(objects):
    made = objects()
    assert made["Deployment"]["metadata"]["name"] == "ml-model"
    assert made["Service"]["metadata"]["name"] == "ml-model-service"
    assert {kind: made[kind]["metadata"]["namespace"] for kind in made if "metadata" in made[kind]} == {
        kind: "ml" for kind in made if "metadata" in made[kind]
    }
    (container,) = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "64Mi"},
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeral-storage": "1Gi"},
    }


def test_the_node_port_reaches_the_rest_port_on_every_node(objects):
    service = objects()["Service"]["spec"]
    (port,) = service["ports"]
    assert (service["type"], port["nodePort"], port["targetPort"]) == ("NodePort", 30050, "http")
    assert service["externalTrafficPolicy"] == "Cluster"


def test_the_service_finds_exactly_the_pods_of_its_own_model(objects):
    made = objects()
    pods = made["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selector = made["Service"]["spec"]["selector"]
    assert selector.items() <= pods.items()
    other = objects(deployment="other", service="other-service")
    assert other["Service"]["spec"]["selector"] != selector
    for selected in (
        made["Deployment"]["spec"]["selector"],
        made["NetworkPolicy"]["spec"]["podSelector"],
        made["PodDisruptionBudget"]["spec"]["selector"],
    ):
        assert selected["matchLabels"] == selector


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_no_probe_is_true_while_the_model_is_only_loading(container, probe):
    # The status path answers 200 while loading; only the metadata path needs a loaded version.
    get = container(served_name="resnet")[probe]["httpGet"]
    assert (get["path"], get["port"]) == ("/v1/models/resnet/metadata", "http")


def test_a_slow_model_gets_its_whole_loading_time(container):
    probe = container(server=ServerSettings(startup_seconds=901))["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 901


def test_no_request_is_lost_when_a_pod_goes(template):
    pod = template(drain_seconds=12)["spec"]
    (container,) = pod["containers"]
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 12
    assert pod["terminationGracePeriodSeconds"] > 12


def test_the_server_can_be_ended_by_a_signal(template, container):
    assert template()["spec"]["shareProcessNamespace"] is True
    assert container()["command"] == ["/usr/bin/tensorflow_model_server"]


def test_the_server_reads_the_mounted_model_under_the_served_name(container):
    made = container(served_name="resnet")
    assert "--model_name=resnet" in made["args"]
    assert "--model_base_path=/models/resnet" in made["args"]
    assert "--rest_api_port=8501" in made["args"]
    (models,) = [mount for mount in made["volumeMounts"] if mount["name"] == "models"]
    assert (models["mountPath"], models["readOnly"]) == ("/models", True)


def test_a_half_copied_version_is_never_picked_up(container):
    assert "--file_system_poll_wait_seconds=0" in container()["args"]


def test_other_model_files_roll_the_pods_and_the_same_files_do_not(template):
    def rolled_by(digest: str) -> Any:
        return template(files=files_of_claim("ml-model-pvc", digest))["metadata"]["annotations"]

    assert rolled_by("aaa") == rolled_by("aaa") != rolled_by("bbb")


def test_another_batching_configuration_rolls_the_pods_and_other_labels_do_not(template):
    first = template(server=ServerSettings(versions=(1, 2), labels={"stable": 1}))
    moved = template(server=ServerSettings(versions=(1, 2), labels={"stable": 2}))
    batched = template(server=ServerSettings(versions=(1, 2), batching=BatchingSettings()))
    assert moved == first
    assert batched["metadata"]["annotations"] != first["metadata"]["annotations"]


def test_another_monitoring_configuration_rolls_the_pods(template, monkeypatch):
    first = template()["metadata"]["annotations"]
    monkeypatch.setattr("components.serving.tensorflow_serving.monitoring_config", lambda: "changed")
    assert template()["metadata"]["annotations"] != first


def test_metrics_are_switched_on_by_the_mounted_file(objects, container):
    assert "enable: true" in objects()["ConfigMap"]["data"]["monitoring.config"]
    assert "--monitoring_config_file=/config/monitoring.config" in container()["args"]


def test_the_pod_meets_the_restricted_level(template):
    pod = template()["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    context = container["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
    assert not any("hostPath" in volume for volume in pod["volumes"])


def test_a_pod_that_is_broken_into_holds_no_token(objects):
    made = objects()
    assert made["ServiceAccount"]["automountServiceAccountToken"] is False
    pod = made["Deployment"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "ml-model"


def test_only_the_rest_port_is_let_in_and_nothing_out(objects):
    policy = objects()["NetworkPolicy"]["spec"]
    assert policy["ingress"] == [{"ports": [{"port": 8501, "protocol": "TCP"}]}]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert not policy.get("egress")


def test_an_autoscaler_owns_the_number_of_pods_when_none_is_given(objects):
    assert objects(replicas=3)["Deployment"]["spec"]["replicas"] == 3
    assert "replicas" not in objects(replicas=None)["Deployment"]["spec"]


def test_a_number_that_is_given_is_taken_back_from_an_autoscaler_that_is_gone(objects):
    forced = {"pulumi.com/patchForce": "true"}
    assert objects(replicas=3)["Deployment"]["metadata"]["annotations"] == forced
    assert "annotations" not in objects(replicas=None)["Deployment"]["metadata"]


def test_the_old_pod_serves_until_the_new_one_can(objects):
    rolling = objects()["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 1, "maxUnavailable": 0}


def test_a_gpu_rollout_needs_no_spare_gpu(objects):
    rolling = objects(gpu=1)["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 0, "maxUnavailable": 1}


def test_a_gpu_model_asks_for_gpus_and_may_run_on_machines_kept_for_them(template):
    pod = template(gpu=2)["spec"]
    (container,) = pod["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "2"
    assert container["resources"]["requests"]["nvidia.com/gpu"] == "2"
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_a_model_on_a_shared_gpu_asks_for_a_turn_and_for_no_whole_one(container):
    resources = container(gpu=1, gpu_resource="nvidia.com/gpu.shared")["resources"]
    assert resources["limits"]["nvidia.com/gpu.shared"] == "1"
    assert "nvidia.com/gpu" not in resources["limits"]


def test_a_cpu_model_neither_asks_for_gpus_nor_runs_on_machines_kept_for_them(template):
    pod = template()["spec"]
    (container,) = pod["containers"]
    assert "nvidia.com/gpu" not in str(container["resources"])
    assert not pod.get("tolerations")


def test_outputs_name_what_a_client_needs(engine, settle):
    seen = {}

    def build():
        server = ModelServer("ml-model", ModelServerArgs(**MINIMUM, served_name="resnet"))
        return pulumi.Output.all(server.service, server.node_port, server.predict_path).apply(
            lambda values: seen.update(service=values[0], port=values[1], path=values[2])
        )

    settle(build)
    assert seen == {"service": "ml-model-service", "port": 30050, "path": "/v1/models/resnet:predict"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deployment", "ML"),
        ("service", "-a"),
        ("image", "tensorflow/serving"),
        ("image", "registry:5000/serving"),
        ("image", "tensorflow/serving:latest"),
        ("served_name", "a/b"),
        ("node_port", 8080),
        ("container_port", 80),
        ("gpu", -1),
        ("replicas", -1),
        ("drain_seconds", 0),
    ],
)
def test_a_wrong_value_is_refused_by_name_before_anything_is_made(field, value):
    with pytest.raises(ValueError, match=field):
        ModelServerArgs(**{**MINIMUM, field: value})
