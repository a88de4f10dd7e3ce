"""On which machines a model's pods may run."""

import pytest

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.placement import Placement
from settings.placement import Machines, Spread
from tests.unit.components.test_model_server import MINIMUM

PRESENT = "nvidia.com/gpu.present"
PRODUCT = "nvidia.com/gpu.product"


@pytest.fixture
def pod(engine, settle):
    def build(gpu=0, **placement):
        args = ModelServerArgs(**{**MINIMUM, "gpu": gpu, "placement": Placement(**placement)})
        settle(lambda: ModelServer("ml-model", args) and None)
        (deployment,) = engine.of_type("kubernetes:apps/v1:Deployment").values()
        return deployment.inputs["spec"]["template"]

    return build


def wanted(pod):
    """What is asked of a node's labels."""
    affinity = pod["spec"].get("affinity")
    if affinity is None:
        return []
    required = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = required["nodeSelectorTerms"]
    return [(one["key"], one["operator"], *one["values"]) for one in term["matchExpressions"]]


def test_a_model_that_says_nothing_may_run_wherever_nothing_keeps_it_off(pod):
    made = pod()
    assert wanted(made) == []
    assert not made["spec"].get("topologySpreadConstraints")


@pytest.mark.parametrize("machines", [None, Machines.GPU])
def test_a_model_with_gpus_runs_on_gpu_machines(pod, machines):
    assert wanted(pod(gpu=1, machines=machines)) == [(PRESENT, "In", "true")]


def test_a_model_for_a_product_runs_on_no_other(pod):
    assert wanted(pod(gpu=1, product="NVIDIA-L4")) == [(PRESENT, "In", "true"), (PRODUCT, "In", "NVIDIA-L4")]


def test_a_model_for_cpu_machines_stays_off_gpu_machines_without_a_taint(pod):
    made = pod(machines=Machines.CPU)
    assert wanted(made) == [(PRESENT, "NotIn", "true")]
    assert not made["spec"].get("tolerations")


@pytest.mark.parametrize(
    ("spread", "means"), [(Spread.PREFER, "ScheduleAnyway"), (Spread.REQUIRE, "DoNotSchedule")]
)
def test_spread_replicas_count_their_own_kind_on_the_machines_they_may_use(pod, spread, means):
    made = pod(spread=spread)
    (constraint,) = made["spec"]["topologySpreadConstraints"]
    assert (constraint["topologyKey"], constraint["maxSkew"]) == ("kubernetes.io/hostname", 1)
    assert constraint["whenUnsatisfiable"] == means
    selected = constraint["labelSelector"]["matchLabels"]
    assert selected.items() <= made["metadata"]["labels"].items()
    assert selected["app.kubernetes.io/instance"] == "ml-model"
    # The pods that a rollout replaces, and machines that are kept for others, would make it uneven.
    assert constraint["matchLabelKeys"] == ["pod-template-hash"]
    assert (constraint["nodeAffinityPolicy"], constraint["nodeTaintsPolicy"]) == ("Honor", "Honor")


@pytest.mark.parametrize(
    ("gpu", "placement", "says"),
    [
        (1, Placement(machines=Machines.CPU), "placement cpu"),
        (0, Placement(machines=Machines.GPU), "placement gpu"),
        (0, Placement(product="NVIDIA-L4"), "product 'NVIDIA-L4'"),
    ],
)
def test_what_contradicts_the_number_of_gpus_is_refused(gpu, placement, says):
    with pytest.raises(ValueError, match=says):
        ModelServerArgs(**{**MINIMUM, "gpu": gpu, "placement": placement})
