# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""Kinds with rules of their own: what is fixed is made anew, and what controllers fill in is no drift."""

import json

from pulumi_kubernetes.admissionregistration.v1 import MutatingWebhookConfiguration
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import PersistentVolumeClaim, ResourceQuota
from pulumi_kubernetes.storage.v1 import StorageClass

from tests.api.pods import pods_become


def test_a_job_with_another_pod_is_run_anew_under_its_name(stack, namespace, api_server):
    def build(text, ttl=None):
        pod = {"containers": [{"name": "main", "image": "x", "args": [text]}], "restartPolicy": "Never"}
        return lambda options: Job(
            "one",
            metadata={"name": "one", "namespace": namespace},
            spec={"template": {"spec": pod}, "ttlSecondsAfterFinished": ttl},
            opts=options,
        )

    with pods_become(api_server, namespace, {"phase": "Succeeded"}):
        stack.up(build("a"))
        first = api_server.get("job", "one", namespace)["metadata"]["uid"]
        assert stack.up(build("a", ttl=999)).changes == {"one": "update"}
        # The provider may know the object as it was just before the last change, and then shows that too.
        shown = stack.preview(build("b", ttl=999)).details["one"]
        assert shown["spec.template.spec.containers[0].args[0]"] == "update-replace"
        stack.up(build("b", ttl=999))
    live = api_server.get("job", "one", namespace)
    assert live["metadata"]["uid"] != first
    assert live["spec"]["template"]["spec"]["containers"][0]["args"] == ["b"]


def test_a_webhooks_certificate_that_its_controller_fills_in_is_no_drift(stack, namespace, api_server):
    name = f"{namespace}.test.example"

    def build(seconds):
        webhook = {
            "name": name,
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "failurePolicy": "Ignore",
            "timeoutSeconds": seconds,
            "clientConfig": {"service": {"name": "none", "namespace": namespace}},
            "objectSelector": {"matchLabels": {"nobody": "has-this"}},
            "rules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
            ],
        }
        return lambda options: MutatingWebhookConfiguration(
            "one", metadata={"name": name}, webhooks=[webhook], opts=options
        )

    def bundle():
        webhook = api_server.get("mutatingwebhookconfiguration", name)["webhooks"][0]
        return webhook["clientConfig"].get("caBundle"), webhook["timeoutSeconds"]

    stack.up(build(3))
    patch = json.dumps([{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Cg=="}])
    api_server.kubectl(
        *("patch", "mutatingwebhookconfiguration", name, "--type=json", "-p", patch),
        "--field-manager=its-controller",
    )
    stack.refresh()
    assert stack.up(build(3)).changes == {}
    assert stack.up(build(4)).changes == {"one": "update"}
    assert bundle() == ("Cg==", 4)
    stack.destroy()


def test_a_claim_that_waits_for_its_first_pod_is_not_waited_for(stack, namespace, api_server):
    def build(options):
        metadata = {"name": f"{namespace}-late"}
        StorageClass(
            "late",
            metadata=metadata,
            provisioner="test.example/none",
            volume_binding_mode="WaitForFirstConsumer",
            opts=options,
        )
        spec = {
            "storageClassName": metadata["name"],
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
        claim = {"name": "one", "namespace": namespace, "annotations": {"pulumi.com/timeoutSeconds": "20"}}
        PersistentVolumeClaim("one", metadata=claim, spec=spec, opts=options)

    assert set(stack.up(build).changes.values()) == {"create"}


def test_a_quota_counts_before_anything_is_made_after_it(stack, namespace, api_server):
    def build(options):
        metadata = {"name": "one", "namespace": namespace}
        ResourceQuota("one", metadata=metadata, spec={"hard": {"pods": "5"}}, opts=options)

    stack.up(build)
    assert api_server.get("resourcequota", "one", namespace)["status"]["hard"] == {"pods": "5"}
