"""A lost worker costs minutes and not the training; a second job or another team does not get into it."""

import json
from typing import Any

import pytest

from components.training.rendezvous import rendezvous
from components.training.training_job import TrainingJob
from components.training.training_job_args import TrainingJobArgs
from settings.training import Framework, HostDirectory, TrainingSettings

MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "image": "tensorflow/tensorflow:2.21.0",
    "claim": "resnet-data",
    "script": "print()",
    "priority": "training",
}


def settings(**changes: Any) -> TrainingSettings:
    given = {"name": "resnet", "workers": 2, "directory": HostDirectory(machine="worker-1"), **changes}
    return TrainingSettings(**given)


@pytest.fixture
def objects(engine, settle):
    def build(job=None, **changes):
        engine.resources.clear()
        args = TrainingJobArgs(**{**MINIMUM, "settings": job or settings(), **changes})
        settle(lambda: TrainingJob("resnet", args))
        return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}

    return build


@pytest.fixture
def job(objects):
    return lambda *settings, **changes: objects(*settings, **changes)["Job"]


@pytest.fixture
def pod(job):
    return lambda *settings: job(*settings)["spec"]["template"]["spec"]


def test_every_worker_finds_all_others_and_itself_among_them():
    config = rendezvous(Framework.TENSORFLOW, "resnet", 2)["TF_CONFIG"]
    assert json.loads(config.replace("$(JOB_COMPLETION_INDEX)", "1")) == {
        "cluster": {"worker": ["resnet-0.resnet:2222", "resnet-1.resnet:2222"]},
        "task": {"type": "worker", "index": 1},
    }
    assert rendezvous(Framework.TORCH, "resnet", 2) == {
        "MASTER_ADDR": "resnet-0.resnet",
        "MASTER_PORT": "2222",
        "WORLD_SIZE": "2",
        "RANK": "$(JOB_COMPLETION_INDEX)",
    }


def test_the_names_of_workers_are_answered_before_any_is_ready(objects, pod):
    service = objects()["Service"]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert pod()["subdomain"] == service["metadata"]["name"]


def test_the_index_is_known_before_the_variables_that_need_it(pod):
    (container,) = pod()["containers"]
    names = [variable["name"] for variable in container["env"]]
    assert names.index("JOB_COMPLETION_INDEX") < names.index("TF_CONFIG")


def test_a_failed_worker_is_made_again_with_its_index_and_evictions_do_not_count(job):
    spec = job(settings(retries=3))["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 2, 2)
    assert spec["backoffLimitPerIndex"] == 3
    evicted, no_program = spec["podFailurePolicy"]["rules"]
    assert evicted == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }
    assert no_program["action"] == "FailJob"
    assert 1 not in no_program["onExitCodes"]["values"], "a worker that lost another ends with 1"


def test_the_training_is_done_when_the_worker_that_writes_the_model_is(job):
    assert job()["spec"]["successPolicy"]["rules"] == [{"succeededIndexes": "0"}]


def test_up_does_not_wait_for_the_end_of_a_training(job):
    # And waits for its deletion: the one that takes its place has its name.
    assert job()["metadata"]["annotations"] == {"pulumi.com/waitFor": "jsonpath={.metadata.uid}"}


def test_a_changed_script_is_a_changed_job_and_another_run_has_other_checkpoints(job):
    def template(*settings, **changes):
        return job(*settings, **changes)["spec"]["template"]

    assert template(script="a") == template(script="a") != template(script="b")
    (one,), (other,) = (template(settings(run=run))["spec"]["containers"] for run in ("1", "2"))
    places = [
        {variable["name"]: variable.get("value") for variable in found["env"]}["CHECKPOINT_DIRECTORY"]
        for found in (one, other)
    ]
    assert places == ["/data/checkpoints/1", "/data/checkpoints/2"]


def test_only_the_jobs_own_workers_are_let_in(objects):
    made = objects()
    policy, labels = made["NetworkPolicy"]["spec"], made["Job"]["spec"]["template"]["metadata"]["labels"]
    ((peer,),) = [rule["from"] for rule in policy["ingress"]]
    assert peer["podSelector"]["matchLabels"].items() <= labels.items()
    assert peer["podSelector"] == policy["podSelector"]
    other = objects(settings(name="other"))["NetworkPolicy"]["spec"]
    assert other["podSelector"] != policy["podSelector"]


def test_a_worker_meets_the_restricted_level_and_holds_no_token(pod):
    made = pod()
    (container,) = made["containers"]
    assert made["automountServiceAccountToken"] is False
    assert made["securityContext"]["runAsNonRoot"] is True
    context = container["securityContext"]
    assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
    assert context["capabilities"] == {"drop": ["ALL"]}


def test_a_worker_gives_way_to_serving_and_takes_the_gpus_that_it_asked_for(pod):
    made = pod(settings(gpu=2))
    assert made["priorityClassName"] == "training"
    (container,) = made["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "2"
    assert made["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_a_queue_lets_the_job_begin_only_where_one_was_named(job):
    assert job(queue="team")["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "team"
    assert "kueue.x-k8s.io/queue-name" not in job()["metadata"]["labels"]


def test_a_finished_job_stays_unless_it_was_asked_to_go(job):
    assert "ttlSecondsAfterFinished" not in job()["spec"]
    assert job(settings(keep_seconds=60))["spec"]["ttlSecondsAfterFinished"] == 60


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Resnet"),
        ("name", "x" * 51),
        ("workers", 0),
        ("run", "a b"),
        ("gpu", -1),
        ("retries", -1),
        ("keep_seconds", -1),
    ],
)
def test_a_wrong_setting_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        settings(**{field: value})


@pytest.mark.parametrize(("field", "value"), [("image", "tensorflow/tensorflow"), ("script", None)])
def test_a_wrong_value_is_refused_by_name_before_anything_is_made(field, value):
    with pytest.raises(ValueError, match=field):
        TrainingJobArgs(**{**MINIMUM, "settings": settings(), field: value})
