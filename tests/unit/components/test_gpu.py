"""What users of GPUs would notice: a node that offers none, GPUs that two have by mistake, uncounted GPUs."""

from typing import Any

import pytest
import yaml

from components.gpu.dcgm_exporter import DcgmExporter, DcgmExporterArgs
from components.gpu.device_plugin import DevicePlugin, DevicePluginArgs
from components.gpu.runtime_class import GpuRuntimeClass, GpuRuntimeClassArgs
from components.gpu.sharing import plugin_config
from settings.gpu import MigStrategy, SharingSettings, TimeSlicingSettings


def turns(count: int) -> SharingSettings:
    """So many pods on each GPU."""
    return SharingSettings(time_slicing=TimeSlicingSettings(replicas=count))


WAYS = {"shared": turns(4), "sliced": SharingSettings(mig=MigStrategy.MIXED)}


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        engine.resources.clear()
        args: dict[str, Any] = {"namespace": "gpu-system", "image": "x/plugin:1", "runtime_class": "nvidia"}
        settle(lambda: DevicePlugin("plugin", DevicePluginArgs(**{**args, "sharing": WAYS, **changes})))
        return {
            (found.typ.rpartition(":")[2], found.inputs["metadata"]["name"]): found.inputs
            for found in engine.resources
            if found.typ.startswith("kubernetes:")
        }

    return build


def pod_of(objects, way):
    return objects["DaemonSet", f"nvidia-device-plugin-{way}"]["spec"]["template"]["spec"]


def chosen(pod, labels):
    """Whether a node with these labels gets the pod."""

    def meets(requirement):
        value = labels.get(requirement["key"])
        if requirement["operator"] == "DoesNotExist":
            return value is None
        assert requirement["operator"] == "In"
        return value in requirement["values"]

    (terms,) = pod["affinity"]["nodeAffinity"].values()
    return any(all(map(meets, term["matchExpressions"])) for term in terms["nodeSelectorTerms"])


@pytest.mark.parametrize(
    ("labels", "ways"),
    [
        ({}, []),
        ({"nvidia.com/device-plugin.config": "shared"}, []),
        ({"nvidia.com/gpu.present": "true"}, ["default"]),
        ({"nvidia.com/gpu.present": "true", "nvidia.com/device-plugin.config": "default"}, ["default"]),
        ({"nvidia.com/gpu.present": "true", "nvidia.com/device-plugin.config": "shared"}, ["shared"]),
        ({"nvidia.com/gpu.present": "true", "nvidia.com/device-plugin.config": "sliced"}, ["sliced"]),
    ],
)
def test_a_node_gets_the_plugin_of_its_way_and_no_other(objects, labels, ways):
    made = objects()
    assert [way for way in ("default", *WAYS) if chosen(pod_of(made, way), labels)] == ways


def test_the_way_of_nodes_that_choose_none_can_be_set(objects):
    made = objects(sharing={"default": turns(2)})
    config = made["ConfigMap", "nvidia-device-plugin-default"]["data"]["config.yaml"]
    assert yaml.safe_load(config)["sharing"]["timeSlicing"]["resources"][0]["replicas"] == 2
    assert len([kind for kind, _ in made if kind == "DaemonSet"]) == 1


def test_a_changed_way_restarts_its_plugin_only(objects):
    def marks(sharing):
        made = objects(sharing=sharing)
        return {
            name: found["spec"]["template"]["metadata"]["annotations"]
            for (kind, name), found in made.items()
            if kind == "DaemonSet"
        }

    before = marks({"a": turns(2), "b": turns(2)})
    after = marks({"a": turns(3), "b": turns(2)})
    assert [name for name in before if before[name] != after[name]] == ["nvidia-device-plugin-a"]


def test_whole_gpus_are_given_by_cdi_and_shared_by_nobody():
    assert yaml.safe_load(plugin_config(SharingSettings())) == {
        "version": "v1",
        "flags": {"migStrategy": "none", "plugin": {"deviceListStrategy": ["cdi-cri"]}},
    }


def test_a_turn_on_a_gpu_has_a_name_of_its_own_and_comes_alone():
    assert yaml.safe_load(plugin_config(turns(4)))["sharing"] == {
        "timeSlicing": {
            "renameByDefault": True,
            "failRequestsGreaterThanOne": True,
            "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
        }
    }


def test_only_a_plugin_that_looks_for_slices_may_administrate(objects):
    made = objects()
    for way, added in (("default", None), ("shared", None), ("sliced", ["SYS_ADMIN"])):
        (container,) = pod_of(made, way)["containers"]
        security = container["securityContext"]
        assert security["capabilities"].get("add") == added
        assert security["capabilities"]["drop"] == ["ALL"]
        assert not security["privileged"]


@pytest.mark.parametrize("part", ["plugin", "exporter"])
def test_its_pods_go_last_and_run_on_nodes_that_are_kept_for_others(objects, engine, settle, part):
    if part == "plugin":
        pod = pod_of(objects(), "default")
    else:
        args = DcgmExporterArgs(namespace="gpu-system", image="x/dcgm:1", runtime_class="nvidia")
        settle(lambda: DcgmExporter("exporter", args))
        (made,) = engine.of_type("kubernetes:apps/v1:DaemonSet").values()
        pod = made.inputs["spec"]["template"]["spec"]
    assert pod["priorityClassName"] == "system-node-critical"
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert pod["runtimeClassName"] == "nvidia"
    assert pod["automountServiceAccountToken"] is False


def test_the_runtime_class_works_only_where_its_runtime_is_and_for_one_namespace(engine, settle):
    settle(lambda: GpuRuntimeClass("class", GpuRuntimeClassArgs(namespace="gpu-system", labels={})))
    (made,) = engine.of_type("kubernetes:node.k8s.io/v1:RuntimeClass").values()
    assert made.inputs["handler"] == "nvidia"
    assert made.inputs["scheduling"]["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    kind = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
    (binding,) = engine.of_type(kind).values()
    (rule,) = binding.inputs["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert (rule["operator"], rule["values"]) == ("NotIn", ["gpu-system"])
    assert binding.inputs["spec"]["validationActions"] == ["Deny"]


@pytest.mark.parametrize(
    ("sharing", "words"),
    [
        (lambda: DevicePluginArgs(namespace="x", image="x/plugin", runtime_class="nvidia"), "not pinned"),
        (
            lambda: DevicePluginArgs(
                namespace="x", image="x/plugin:1", runtime_class="nvidia", sharing={"A b": SharingSettings()}
            ),
            "cannot name an object",
        ),
    ],
)
def test_what_could_not_work_is_refused_before_anything_is_made(sharing, words):
    with pytest.raises(ValueError, match=words):
        sharing()
