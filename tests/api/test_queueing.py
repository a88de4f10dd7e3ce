"""Kueue's kinds on a real API server: which queues they take."""

import pytest
from pulumi import ResourceOptions

from components.kubernetes.release_file import release_cache
from components.queueing.crds import KUEUE_FILES, kueue_definitions
from components.queueing.team_queue import Amount, TeamQueue, TeamQueueArgs, register_flavors
from local.progress import Progress
from local.releases import place_release_files
from tests.api.api_server import RefusedError


@pytest.fixture
def queue(api_server, rendered, namespace):
    place_release_files(KUEUE_FILES, Progress())
    api_server.establish(kueue_definitions(release_cache()))

    def build():
        flavors = register_flavors(["NVIDIA-L40S", "NVIDIA-H100-80GB-HBM3"], ResourceOptions())
        args = TeamQueueArgs(
            team=namespace,
            cpu=Amount(nominal="8", borrowing_limit="8"),
            memory=Amount(nominal="32Gi", borrowing_limit="0"),
            gpus={"NVIDIA-L40S": Amount(nominal="2", borrowing_limit="1")},
            flavors=flavors,
        )
        TeamQueue(namespace, args).register_local_queue(namespace)

    return {(one["kind"], one["metadata"]["name"]): one for one in rendered(build)}


def test_flavors_and_queues_are_accepted_to_the_last_field(api_server, queue, namespace):
    assert set(queue) == {
        ("ResourceFlavor", "machines"),
        ("ResourceFlavor", "nvidia-l40s"),
        ("ResourceFlavor", "nvidia-h100-80gb-hbm3"),
        ("ClusterQueue", namespace),
        ("LocalQueue", "training"),
    }
    assert api_server.apply(queue.values(), dry_run=True) == ""


def test_what_is_borrowed_comes_back_and_other_namespaces_stay_out(queue, namespace):
    spec = queue["ClusterQueue", namespace]["spec"]
    assert spec["preemption"]["reclaimWithinCohort"] == "Any"
    assert spec["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": namespace}}


def test_work_on_a_product_lands_on_machines_that_have_it(queue):
    spec = queue["ResourceFlavor", "nvidia-l40s"]["spec"]
    assert spec["nodeLabels"] == {"nvidia.com/gpu.product": "NVIDIA-L40S"}
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cohort": "metalml"}, "cohort"),
        ({"preemption": {"reclaimWithinCohort": "Always"}}, "Unsupported value"),
    ],
)
def test_a_wrong_field_would_have_been_refused(api_server, queue, namespace, change, says):
    wrong = queue["ClusterQueue", namespace]
    wrong["spec"] |= change
    with pytest.raises(RefusedError, match=says):
        api_server.apply([wrong], dry_run=True)
