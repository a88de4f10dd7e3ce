"""Fixtures and options of the tests on real machines."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.cluster.machines import Lab, lab
from tests.cluster.software import Software
from tests.cluster.software import software as make_software


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        type=int,
        default=0,
        metavar="N",
        help="only the faults, each N times, and a table of the ends",
    )
    parser.addoption(
        "--requests",
        type=int,
        default=0,
        metavar="N",
        help="ask a model so often at least while its version changes, by each strategy",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault: causes something bad; repeated by --soak")


@pytest.fixture(autouse=True)
def fault_round(request: pytest.FixtureRequest) -> int:
    """Which repetition of a fault this is."""
    return getattr(request, "param", 0)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    rounds = metafunc.config.getoption("--soak")
    if rounds and metafunc.definition.get_closest_marker("fault"):
        metafunc.parametrize(
            "fault_round", range(rounds), indirect=True, ids=lambda number: f"round{number + 1}"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--soak"):
        others = [item for item in items if not item.get_closest_marker("fault")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.get_closest_marker("fault")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rounds = config.getoption("--soak")
    if not rounds:
        return
    ends: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call" or outcome == "error":
                name = report.nodeid.partition("[")[0].removeprefix("tests/cluster/")
                ends[name].append((outcome == "passed", report.duration))
    terminalreporter.write_sep("=", "faults: right end states, and seconds")
    for name, runs in ends.items():
        right, times = sum(good for good, _ in runs), sorted(seconds for _, seconds in runs)
        terminalreporter.write_line(
            f"{right:3}/{len(runs)}  {times[0]:6.1f} - {times[-1]:6.1f}  {name.replace('::', '  ')}"
        )
    wrong = sum(not good for runs in ends.values() for good, _ in runs)
    terminalreporter.write_line(f"{wrong} wrong end states in {sum(map(len, ends.values()))} faults")


@pytest.fixture(scope="session")
def software() -> Iterator[Software]:
    """The machines' root filesystem and the bundle; built where the caches of `make up` lack them."""
    with make_software() as made, pytest.MonkeyPatch.context() as patch:
        # Where preflights note the machines they know: not among the user's own.
        patch.setenv("XDG_STATE_HOME", str(made.folder / "state"))
        yield made


@pytest.fixture(scope="session")
def two_nodes(software: Software) -> Iterator[Lab]:
    """A cluster of control-1 and worker-1; worker-2 stands beside it, untouched so far."""
    roles = {"control-1": "control-plane", "worker-1": "worker", "worker-2": "worker"}
    with lab("cluster", 5, roles, software) as made:
        made.look()
        made.prepare("control-1", "worker-1")
        for step in ("control-1-init", "worker-1-join", "control-1-ready", "worker-1-ready"):
            made.do(step)
        yield made
