"""The cluster that the tests of all features share."""

from collections.abc import Iterator

import pytest

from tests.cluster.full.cluster import STACK, FullCluster
from tests.cluster.project import Project, settings_on


# Not of the session: it would take the tests of other folders half of this computer.
@pytest.fixture(scope="package")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullCluster]:
    """The stack `full`, brought up once, on ranges of its own: a user's own one may stand beside it."""
    project = Project(tmp_path_factory.mktemp("full"))
    settings = settings_on(project, stack=STACK, cluster="test-full", machines="10.84.0", pods="10.241")
    project.write(STACK, settings)
    try:
        project.must("up", STACK)
        yield FullCluster(project)
    finally:
        project.run("down", STACK)
