# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""The kinds that the program itself makes: nothing changes when nothing changed, and drift is mended."""

import json

import pytest
from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.storage import files_of_claim
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from settings.models import LimitsSettings, RequestsSettings, ResourcesSettings
from tests.api.pods import endpoint_of, pods_become, ready_status

MODEL = "drifting-model"


@pytest.fixture
def program(namespace):
    """Everything that the platform and the models make, in this test's namespace."""

    def build(options):
        child = ResourceOptions(providers=[options.provider])
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        Namespace("more", metadata={"name": f"{namespace}-more", "labels": labels}, opts=options)
        rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": []}]
        ClusterRole("role", metadata={"name": f"{namespace}-role"}, rules=rules, opts=options)
        ClusterRoleBinding(
            "binding",
            metadata={"name": f"{namespace}-binding"},
            role_ref={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
            subjects=[{"kind": "ServiceAccount", "name": "default", "namespace": namespace}],
            opts=options,
        )
        volume = ModelVolume(
            MODEL, ModelVolumeArgs(namespace=namespace, node="worker-1", volume=f"{namespace}-pv"), child
        )
        ModelServer(
            MODEL,
            ModelServerArgs(
                namespace=namespace,
                image="tensorflow/serving:2.20.0",
                files=files_of_claim(volume.claim, "0" * 64),
                node_port=30355,
                resources=ResourcesSettings(
                    limits=LimitsSettings(cpu="2000m", memory="2048Mi"),
                    requests=RequestsSettings(cpu="0.5", memory="512Mi"),
                ),
            ),
            child,
        )

    return build


def test_nothing_is_touched_twice_and_what_others_changed_is_seen_and_mended(
    stack, namespace, api_server, program
):
    api_server.apply([endpoint_of("ml-model-service", namespace)])
    # On a node: the address of a pod without one is no endpoint, and the plugin waits for that.
    with pods_become(api_server, namespace, ready_status(), node="worker-1"):
        made = stack.up(program).steps
        assert {operation for _, _, operation in made} == {"create"}
        assert stack.up(program).steps == []
        # Defaults, 2000m that is now 2, lists that are now gone: all no drift.
        assert refreshed(stack) == {}
        assert stack.up(program).steps == []

        remove(api_server, namespace, "deployment", "ml-model", "/spec/template/spec/securityContext")
        remove(api_server, namespace, "service", "ml-model-service", "/spec/ports/0/appProtocol")
        api_server.kubectl("delete", "networkpolicy", "ml-model", "-n", namespace)
        assert refreshed(stack) == {
            f"{MODEL} Deployment": "update",
            f"{MODEL} Service": "update",
            f"{MODEL} NetworkPolicy": "delete",
        }
        assert set(stack.up(program).steps) == {
            (MODEL, "Deployment", "update"),
            (MODEL, "Service", "update"),
            (MODEL, "NetworkPolicy", "create"),
        }
    assert (
        api_server.get("service", "ml-model-service", namespace)["spec"]["ports"][0]["appProtocol"] == "http"
    )
    deployment = api_server.get("deployment", "ml-model", namespace)
    assert deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]
    assert api_server.get("networkpolicy", "ml-model", namespace)


def remove(api_server, namespace, kind, name, path):
    """As somebody would by hand, in one field."""
    patch = json.dumps([{"op": "remove", "path": path}])
    api_server.kubectl("patch", kind, name, "-n", namespace, "--type=json", "-p", patch)


def refreshed(stack):
    before = inputs_of(stack)
    stack.refresh()
    after = inputs_of(stack)
    return {
        name: "delete" if name not in after else "update"
        for name, inputs in before.items()
        if after.get(name) != inputs
    }


def inputs_of(stack):
    """What the state says that the program asked for; a refresh puts what is there in its place."""
    return {
        f"{one['urn'].rpartition('::')[2]} {one['type'].rpartition(':')[2]}": one.get("inputs")
        for one in stack.exported()["deployment"]["resources"]
        if one["type"].startswith("kubernetes:")
    }
