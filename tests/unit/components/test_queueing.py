"""What would let a queue that nobody answers for stop work of others, or keep work waiting forever."""

from pathlib import Path

import pytest
import yaml

from components.queueing.configuration import kueue_configuration
from components.queueing.kueue import Kueue, KueueArgs
from tests.unit.conftest import definitions
from tests.unit.snapshot import expect_snapshot

SNAPSHOTS = Path(__file__).parent / "snapshots"

KIND = {"metadata": {"name": "workloads.kueue.x-k8s.io"}, "spec": {"group": "kueue.x-k8s.io"}}
ADMISSION = "kubernetes:admissionregistration.k8s.io/v1"


@pytest.fixture
def kueue(engine, settle):
    engine.outputs["kueue-certificate"] = {"stdout": "a certificate\n-----BEGIN PRIVATE KEY-----\n"}
    args = KueueArgs(image="registry.k8s.io/kueue/kueue:v0.19.2", definitions=definitions(KIND))
    settle(lambda: Kueue("kueue", args))
    return engine


@pytest.fixture
def webhooks(kueue):
    return [
        webhook
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        for one in kueue.of_type(f"{ADMISSION}:{kind}").values()
        for webhook in one.inputs["webhooks"]
    ]


def test_jobs_that_name_no_queue_never_wait_for_kueue(webhooks):
    of_jobs = [one for one in webhooks if one["rules"][0]["resources"] == ["jobs"]]
    assert len(of_jobs) == 2
    for one in of_jobs:
        assert one["objectSelector"]["matchExpressions"] == [
            {"key": "kueue.x-k8s.io/queue-name", "operator": "Exists"}
        ]


def test_a_job_that_names_one_is_not_taken_unseen(webhooks):
    assert {one["failurePolicy"] for one in webhooks} == {"Fail"}
    assert all(one["clientConfig"]["caBundle"] for one in webhooks)


def test_each_kind_is_asked_about_where_its_program_answers(webhooks):
    asked = {one["name"]: one["clientConfig"]["service"]["path"] for one in webhooks}
    assert asked == {
        "mclusterqueue.kb.io": "/mutate-kueue-x-k8s-io-v1beta2-clusterqueue",
        "mjob.kb.io": "/mutate-batch-v1-job",
        "mresourceflavor.kb.io": "/mutate-kueue-x-k8s-io-v1beta2-resourceflavor",
        "mworkload.kb.io": "/mutate-kueue-x-k8s-io-v1beta2-workload",
        "vclusterqueue.kb.io": "/validate-kueue-x-k8s-io-v1beta2-clusterqueue",
        "vcohort.kb.io": "/validate-kueue-x-k8s-io-v1beta2-cohort",
        "vjob.kb.io": "/validate-batch-v1-job",
        "vresourceflavor.kb.io": "/validate-kueue-x-k8s-io-v1beta2-resourceflavor",
        "vworkload.kb.io": "/validate-kueue-x-k8s-io-v1beta2-workload",
    }


def test_the_configuration_is_the_one_that_was_tried():
    expect_snapshot(SNAPSHOTS / "kueue.yaml", kueue_configuration())


def test_what_no_queue_gives_out_keeps_no_work_waiting():
    configured = yaml.safe_load(kueue_configuration())
    assert configured["resources"] == {"excludeResourcePrefixes": ["ephemeral-storage"]}


def test_kueue_starts_anew_with_another_configuration_or_certificate(kueue):
    (deployment,) = kueue.of_type("kubernetes:apps/v1:Deployment").values()
    pod = deployment.inputs["spec"]["template"]
    assert set(pod["metadata"]["annotations"]) == {"metalml/certificate-sha256", "metalml/config-sha256"}
    # One volume at three places.
    assert [one["name"] for one in pod["spec"]["volumes"]] == ["certificate", "configuration"]
    assert len(pod["spec"]["containers"][0]["volumeMounts"]) == 4


def test_kueue_may_start_and_end_jobs_and_make_no_pods(kueue):
    (role,) = kueue.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").values()
    changed = {
        resource
        for rule in role.inputs["rules"]
        if {"create", "update", "patch", "delete"} & set(rule["verbs"])
        for resource in rule["resources"]
        if not rule["apiGroups"][0].startswith("kueue")
    }
    assert changed == {"jobs", "jobs/finalizers", "jobs/status", "events"}
