"""Who gives way to whom when the cluster is full."""

import pytest
from pulumi import ResourceOptions

from components.kubernetes.priorities import LEVELS, register_priorities
from settings.priority import Priority

# From where on the Cluster Autoscaler, by its default, rents and keeps nothing for a pod.
EXPENDABLE = -10
# Without a PriorityClass.
UNCLASSED = 0


@pytest.fixture
def classes(engine, settle):
    settle(lambda: register_priorities(ResourceOptions()) and None)
    return {one.inputs["metadata"]["name"]: one.inputs for one in engine.resources}


def test_serving_goes_before_training_and_both_before_what_says_nothing(classes):
    values = {name: one["value"] for name, one in classes.items()}
    assert values["serving"] > values["training"] > UNCLASSED > values["best-effort"]
    assert values["best-effort"] < EXPENDABLE


def test_best_effort_takes_nobodys_place_and_the_others_do(classes):
    assert {name: one["preemptionPolicy"] for name, one in classes.items()} == {
        "serving": "PreemptLowerPriority",
        "training": "PreemptLowerPriority",
        "best-effort": "Never",
    }


def test_a_pod_that_names_no_class_gets_none(classes):
    assert not any(one["globalDefault"] for one in classes.values())


def test_every_priority_has_its_class():
    assert set(LEVELS) == set(Priority)
