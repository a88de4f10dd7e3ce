"""The real API server takes what offers GPUs, to the last field, and refuses pods that nobody would count."""

import time

import pytest

from components.gpu.dcgm_exporter import DcgmExporter, DcgmExporterArgs
from components.gpu.device_plugin import DevicePlugin, DevicePluginArgs
from components.gpu.runtime_class import GpuRuntimeClass, GpuRuntimeClassArgs
from components.versions import IMAGES
from settings.gpu import MigStrategy, SharingSettings, TimeSlicingSettings
from tests.api.api_server import RefusedError
from tests.waits import LONGEST

NAMESPACE = "gpu-objects"
WAYS = {
    "shared": SharingSettings(time_slicing=TimeSlicingSettings(replicas=4)),
    "sliced": SharingSettings(mig=MigStrategy.MIXED),
    "same-slices": SharingSettings(mig=MigStrategy.SINGLE),
}


@pytest.fixture(scope="module")
def level(api_server):
    """Makes the namespace, with the Pod Security level that pods are held to."""

    def make(name):
        labels = {f"pod-security.kubernetes.io/{mode}": name for mode in ("enforce", "warn")}
        metadata = {"name": NAMESPACE, "labels": labels}
        api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])

    return make


@pytest.fixture
def objects(rendered):
    """Everything that offers GPUs, with every way of sharing."""

    def build():
        runtime_class = GpuRuntimeClass(
            "class", GpuRuntimeClassArgs(namespace=NAMESPACE, labels={"app": "gpu"})
        ).name
        DevicePlugin(
            "plugin",
            DevicePluginArgs(
                namespace=NAMESPACE,
                image=IMAGES["nvidia-device-plugin"],
                runtime_class=runtime_class,
                sharing=WAYS,
            ),
        )
        DcgmExporter(
            "exporter",
            DcgmExporterArgs(namespace=NAMESPACE, image=IMAGES["dcgm-exporter"], runtime_class=runtime_class),
        )

    return rendered(build)


def test_every_object_is_accepted_without_a_warning(api_server, level, objects):
    level("privileged")
    kinds = [one["kind"] for one in objects]
    assert kinds.count("DaemonSet") == len(WAYS) + 2
    assert api_server.apply(objects, dry_run=True) == ""


def test_the_pods_need_the_level_that_their_namespace_has(api_server, level, objects):
    level("baseline")
    said = api_server.apply(objects, dry_run=True)
    assert "hostPath volumes" in said
    level("privileged")


def test_a_pod_of_the_runtime_class_is_refused_outside_its_namespace(api_server, level, objects, namespace):
    level("privileged")
    policies = [one for one in objects if one["kind"] in POLICIES]
    assert len(policies) == len(POLICIES)
    api_server.apply(policies)
    try:
        # The API server reads a new policy within a second or two.
        refused = refused_in(api_server, namespace)
        assert "ask for nvidia.com/gpu in resources.limits" in refused
        api_server.apply([pod(NAMESPACE, "nvidia")], dry_run=True)
        api_server.apply([pod(namespace, None)], dry_run=True)
    finally:
        api_server.kubectl(
            "delete",
            "runtimeclass/nvidia",
            "validatingadmissionpolicybinding/metalml-gpu-runtime-class",
            "validatingadmissionpolicy/metalml-gpu-runtime-class",
        )


POLICIES = ("RuntimeClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")


def pod(namespace, runtime_class):
    spec = {"containers": [{"name": "main", "image": "example.com/cuda:1"}]}
    if runtime_class:
        spec["runtimeClassName"] = runtime_class
    metadata = {"name": "uncounted", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def refused_in(api_server, namespace):
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        try:
            api_server.apply([pod(namespace, "nvidia")], dry_run=True)
        except RefusedError as error:
            return str(error)
        time.sleep(0.3)
    return "not refused"
