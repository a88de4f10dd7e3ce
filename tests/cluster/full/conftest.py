"""The cluster that the tests of all features share."""

from collections.abc import Iterator

import pytest

from tests.cluster.full.cluster import FullCluster, SharedCluster
from tests.lanes import folder_of_run, is_worker


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> SharedCluster:
    """What the lanes of a run that use the cluster have in common."""
    return SharedCluster(folder_of_run(tmp_path_factory.getbasetemp()))


# Not of the session: it would take the tests of other folders half of this computer.
@pytest.fixture(scope="package")
def full(shared_cluster: SharedCluster) -> Iterator[FullCluster]:
    """The stack `full`, brought up once."""
    try:
        yield shared_cluster.open()
    finally:
        # Another lane may come to it later: at the end of the run it goes.
        if not is_worker():
            shared_cluster.remove()


@pytest.fixture(scope="module")
def gpu_machine(shared_cluster: SharedCluster) -> Iterator[None]:
    """No other lane asks for GPUs meanwhile, or counts on the machine that has them."""
    with shared_cluster.alone("the machine gpu-1"):
        yield
