"""When an object of a cluster counts as ready, and what it lacks."""

from typing import Any

import pytest

from local.kubernetes.readiness import missing

LAMP = "test.example/v1"


def lacks(
    kind: str,
    status: Any,
    spec: Any = None,
    api_version: str = "apps/v1",
    annotations: Any = None,
    **metadata: Any,
) -> str | None:
    named = {"name": "one", "namespace": "n", "generation": 2, "annotations": annotations, **metadata}
    return missing(
        {"apiVersion": api_version, "kind": kind, "metadata": named, "spec": spec or {}, "status": status}
    )


def conditions(**statuses: str) -> dict[str, Any]:
    return {"conditions": [{"type": name, "status": status} for name, status in statuses.items()]}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "said"),
    [
        (
            "Deployment",
            {"replicas": 2},
            {"updatedReplicas": 2, "availableReplicas": 1},
            "1 of 2 pods are available",
        ),
        (
            "Deployment",
            {"replicas": 2},
            {"updatedReplicas": 1, "availableReplicas": 2},
            "1 of 2 pods are of this version",
        ),
        ("Deployment", {"replicas": 0}, {}, None),
        ("StatefulSet", {"replicas": 1}, {}, "0 of 1 pods are ready"),
        ("StatefulSet", {"replicas": 1}, {"readyReplicas": 1}, None),
        ("DaemonSet", {}, {"desiredNumberScheduled": 2, "numberAvailable": 1}, "1 of 2 pods are available"),
        ("DaemonSet", {}, {}, None),
    ],
)
def test_a_workload_lacks_pods(kind, spec, status, said):
    assert lacks(kind, {"observedGeneration": 2, **status}, spec) == said
    assert said or lacks(kind, {"observedGeneration": 1, **status}, spec), "its controller has not seen it"


@pytest.mark.parametrize(
    ("status", "spec", "said"),
    [
        (
            {"conditions": [{"type": "Failed", "status": "True", "message": "six times"}]},
            {},
            "the job failed: six times",
        ),
        ({"active": 2, "ready": 1}, {}, "1 of 2 pods are ready"),
        ({}, {"suspend": True}, None),
        (conditions(Complete="True"), {}, None),
    ],
)
def test_a_job_that_works_or_waits_for_its_turn_lacks_nothing(status, spec, said):
    assert lacks("Job", status, spec, "batch/v1") == said


def test_an_object_of_another_kind_tells_by_the_condition_that_it_is_waited_for():
    waits = {"pulumi.com/waitFor": "condition=Programmed"}
    assert lacks("Gateway", conditions(Programmed="False"), None, LAMP, waits)
    assert lacks("Gateway", {}, None, LAMP, waits)
    assert lacks("Gateway", conditions(Programmed="True"), None, LAMP, waits) is None
    assert lacks("Lamp", conditions(Ready="False"), None, LAMP)
    assert lacks("Lamp", conditions(Degraded="False"), None, LAMP) is None


def test_who_asks_not_to_be_waited_for_is_not_asked_about():
    assert lacks("Deployment", {}, {"replicas": 1}, annotations={"pulumi.com/skipAwait": "true"}) is None


def test_what_goes_says_what_holds_it():
    told = lacks("ConfigMap", {}, None, "v1", deletionTimestamp="now", finalizers=["test.example/hold"])
    assert told and "test.example/hold" in told
