"""The parts of the log path that stand in for Fluentd and Elasticsearch."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.logging.fluentd_configuration import fluentd_configuration
from components.logging.fluentd_outputs import elasticsearch_output
from tests.logs.back_end import BackEnd
from tests.logs.collector import Collector
from tests.logs.parameters import parameters_of
from tests.logs.parts import MissingPart, java, opensearch_jars, rsyslog
from tests.ports import free_ports

Collectors = Callable[[Path, int], Collector]


@pytest.fixture(scope="session")
def rsyslog_root() -> Path:
    """Where rsyslog is; the test is left out, with the reason, where it cannot be had."""
    try:
        return rsyslog()
    except MissingPart as missing:
        pytest.skip(str(missing))


@pytest.fixture
def back_end(tmp_path: Path) -> Iterator[BackEnd]:
    """An OpenSearch that runs and has our index template; left out where it cannot be had."""
    try:
        node = BackEnd(java(), opensearch_jars(), tmp_path / "opensearch", *free_ports(1))
    except MissingPart as missing:
        pytest.skip(str(missing))
    try:
        node.start()
        node.install_template()
        yield node
    finally:
        node.stop()


@pytest.fixture
def collectors(tmp_path: Path, rsyslog_root: Path, back_end: BackEnd) -> Iterator[Collectors]:
    """Starts collectors of a folder with pods' logs, with our configuration's parameters and a buffer."""
    made: list[Collector] = []

    def make(pods: Path, buffer_bytes: int) -> Collector:
        given = parameters_of(fluentd_configuration(elasticsearch_output(), buffer_bytes))
        folder = tmp_path / f"collector-{len(made)}"
        made.append(Collector(rsyslog_root, given, pods, folder, back_end.port))
        return made[-1]

    yield make
    for one in made:
        one.stop()
