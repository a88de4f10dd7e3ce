"""Lanes: groups of tests that run beside each other, each in its own order.

    pytest -p tests.lanes --numprocesses 3 tests/api tests/model_server tests/logs tests/cluster

Most of what a lane does is waiting for machines, pods and clocks, so more lanes are at work than there are
processors. A process takes the first lane that nobody has begun; the longest are the first. `--lane NAME`
leaves out the others.
"""

import os
import resource
import signal
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from local import cache
from tests.cluster.full.cluster import SharedCluster
from tests.waits import BUILDS, take, waited

_FULL = "tests/cluster/full"
_CLUSTER = "tests/cluster"
# Of each lane how its tests begin, in the order in which they run. A test is in the first lane that has it.
LANES: dict[str, tuple[str, ...]] = {
    # All that looks at what cries, and all that makes something cry.
    "full": (
        f"{_FULL}/test_monitoring.py",
        f"{_FULL}/test_full.py",
        f"{_FULL}/test_gpu.py",
        f"{_FULL}/test_alerts.py",
        f"{_FULL}/test_evaluation.py",
        f"{_FULL}/test_rollouts.py",
    ),
    "projects": (
        f"{_CLUSTER}/test_lifecycle.py",
        f"{_CLUSTER}/test_killed_engine.py",
        f"{_CLUSTER}/test_three_stacks.py",
    ),
    "two-nodes": (
        f"{_CLUSTER}/test_join.py",
        f"{_CLUSTER}/test_run_twice.py",
        f"{_CLUSTER}/test_changed_settings.py",
    ),
    "api": ("tests/api/",),
    # On the same cluster.
    "beside": (
        f"{_FULL}/test_autoscaling.py",
        f"{_FULL}/test_queries.py",
        f"{_FULL}/",
    ),
    "labs": (f"{_CLUSTER}/",),
    "services": ("tests/",),
}
# The whole run takes as long as the cluster that these are on: whatever computes meanwhile gives way to them.
FIRST = ("full", "beside")
# Not by much: tests have bounds.
NICE = 3
# Properties of tests in the report.
LANE, PROCESSOR, WAITED = "lane", "processor seconds", "waited for "


def place_of(test: str) -> tuple[int, int]:
    """The number of a test's lane, and of its place there."""
    return next(
        (lane, place)
        for lane, beginnings in enumerate(LANES.values())
        for place, beginning in enumerate(beginnings)
        if test.startswith(beginning)
    )


def lane_of(test: str) -> str:
    """The name of a test's lane."""
    return list(LANES)[place_of(test)[0]]


class OneLaneEach(LoadScopeScheduling):
    """A lane is a unit of work: one process runs it from its beginning to its end."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        # A process that is not told what comes next keeps its last test. Told earlier, it would take a lane
        # that another could begin at once.
        if self.workqueue and self._pending_of(self.assigned_work[node]) > 1:
            return
        super()._reschedule(node)


class Worker:
    """Notes of each test what it cost and what it waited for, for the report."""

    def __init__(self) -> None:
        # Builds are everywhere, and one that runs elsewhere is waited for.
        cache.build = waited(BUILDS, cache.build)
        self._processor = _processor_seconds()
        self._priority = os.getpriority(os.PRIO_PROCESS, 0)
        # The controller hears Ctrl-C as well, and tells each worker once. What tests start hears it as ever.
        signal.signal(signal.SIGINT, lambda *_: None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        # Also for what the tests start. Only root may take a higher number back; machines need root anyway.
        with suppress(PermissionError):
            more = 0 if lane_of(item.nodeid) in FIRST else NICE
            os.setpriority(os.PRIO_PROCESS, 0, self._priority + more)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.when != "teardown":
            return
        before, self._processor = self._processor, _processor_seconds()
        item.user_properties += [
            (LANE, lane_of(item.nodeid)),
            (PROCESSOR, f"{self._processor - before:.2f}"),
            *((f"{WAITED}{what}", f"{seconds:.1f}") for what, seconds in take().items()),
        ]


def _processor_seconds() -> float:
    """Of this process and of those that it started and that have ended; not of machines and services."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@dataclass
class Lane:
    """What became of one lane."""

    tests: int = 0
    began: float = float("inf")
    ended: float = 0
    processor: float = 0
    waited: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Controller:
    """Gives out the lanes, tells what became of them, and lets workers end what they began."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = defaultdict(Lane)
        self._workers: list[WorkerController] = []

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> OneLaneEach:
        # By default those with the most tests are the first.
        config.option.loadscopereorder = False
        return OneLaneEach(config, log)

    def pytest_testnodeready(self, node: WorkerController) -> None:
        self._workers.append(node)

    # Before pytest clears up its temporary files, which the cluster is known by.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        try:
            if session.exitstatus == pytest.ExitCode.INTERRUPTED:
                self._end_workers()
        finally:
            # The fixture of this name is for tests, and the controller has none.
            temporary = session.config._tmp_path_factory  # pyright: ignore[reportAttributeAccessIssue]
            SharedCluster(temporary.getbasetemp()).remove()

    def _end_workers(self) -> None:
        """Let each end what it began: xdist would kill them after ten seconds, and machines need more."""
        left = [worker for worker in self._workers if not worker.channel.isclosed()]
        for worker in left:
            os.kill(worker.gateway._rinfo().pid, signal.SIGTERM)
        for worker in left:
            worker.channel.waitclose()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        lane = self._lanes[lane_of(report.nodeid)]
        lane.began, lane.ended = min(lane.began, report.start), max(lane.ended, report.stop)
        if report.when != "teardown":
            return
        lane.tests += 1
        for name, value in report.user_properties:
            if name == PROCESSOR:
                lane.processor += float(str(value))
            elif name.startswith(WAITED):
                lane.waited[name.removeprefix(WAITED)] += float(str(value))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._lanes:
            return
        terminalreporter.write_sep("=", "lanes: when, how long, processor time of their own processes, waits")
        start = min(lane.began for lane in self._lanes.values())
        for name, lane in sorted(self._lanes.items(), key=lambda one: one[1].began):
            waits = ", ".join(
                f"{what} {seconds:.0f}" for what, seconds in lane.waited.items() if seconds >= 1
            )
            terminalreporter.write_line(
                f"{name:10} {lane.tests:4} tests  {lane.began - start:5.0f} - {lane.ended - start:5.0f} s"
                f"  {lane.ended - lane.began:5.0f} s  processor {lane.processor:4.0f} s"
                + (f"  waited for {waits}" if waits else "")
            )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lane",
        action="append",
        default=[],
        choices=list(LANES),
        help="only this one; more than once: these",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Worker() if is_worker() else Controller())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--lane") or list(LANES)
    config.hook.pytest_deselected(items=[item for item in items if lane_of(item.nodeid) not in wanted])
    items[:] = sorted(
        (item for item in items if lane_of(item.nodeid) in wanted), key=lambda item: place_of(item.nodeid)
    )


def is_worker() -> bool:
    """Whether this process runs tests for another one."""
    return "PYTEST_XDIST_WORKER" in os.environ


def folder_of_run(base: Path) -> Path:
    """The folder that all processes of a run have in common, by pytest's for temporary files of this one."""
    return base.parent if is_worker() else base
