"""No line is lost between a container's file and the store, whatever happens on the way.

rsyslog and OpenSearch stand in for Fluentd and Elasticsearch, which cannot be had everywhere. Tried is what
our configuration promises: its files, its buffer and the limit of it, its retries, its ids. That Fluentd
keeps these promises is Fluentd's to try.
"""

import subprocess
import time
from pathlib import Path

import pytest
import yaml

from components.monitoring.rules.logging import logging_groups
from components.monitoring.rules.values import Alert
from local.bundle.modules import PROMETHEUS
from local.progress import Progress
from tests.logs.back_end import BackEnd
from tests.logs.conftest import Collectors
from tests.logs.pods import Writers
from tests.logs.scenario import (
    AWAY,
    KILLS,
    LINES,
    arrive,
    back_end_away_and_collector_killed,
    numbers,
)

MEBIBYTE = 2**20
# As platform.logging has it by default, and the least that it takes.
DEFAULT_BUFFER, LEAST_BUFFER = 4096 * MEBIBYTE, 64 * MEBIBYTE


@pytest.fixture
def pods(tmp_path: Path) -> Path:
    """A node's /var/log/pods."""
    folder = tmp_path / "pods"
    folder.mkdir()
    return folder


def test_no_line_is_lost_while_the_back_end_is_away_the_collector_killed_and_files_rotated(
    back_end: BackEnd, collectors: Collectors, pods: Path, capsys: pytest.CaptureFixture
) -> None:
    writers = Writers(pods, pods=4, lines=LINES, per_second=3000, size=100, rotate_at=MEBIBYTE)
    collector = collectors(pods, DEFAULT_BUFFER)
    found = back_end_away_and_collector_killed(back_end, collector, writers.start, writers.join)
    with capsys.disabled():
        print(
            f"\n{LINES} lines, back end away {AWAY} s, {KILLS} kills, {writers.rotations} rotations,"
            f" {found.waited_bytes / MEBIBYTE:.0f} MiB waited: {LINES - len(found.numbers)} lost,"
            f" {found.twice} came twice and are there once"
        )
    assert found.numbers == list(range(LINES))
    assert writers.rotations >= 8


def test_a_full_buffer_holds_reading_up_and_loses_nothing_and_an_alert_comes_before(
    back_end: BackEnd, collectors: Collectors, pods: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    # Half as much again as the buffer takes.
    size, lines = 4000, 24_000
    writers = Writers(pods, pods=4, lines=lines, per_second=2000, size=size, rotate_at=1000 * MEBIBYTE)
    back_end.stop()
    collector = collectors(pods, LEAST_BUFFER)
    writers.start()
    left: list[float] = []
    still = 0
    # Until it has not grown for ten seconds.
    while still < 10:
        # As Fluentd's own figure: percent, to one place.
        left.append(round(100 * (1 - collector.buffered / LEAST_BUFFER), 1))
        still = still + 1 if len(left) > 1 and left[-1] == left[-2] and left[-1] < 50 else 0
        assert len(left) < 180, left
        time.sleep(1)
    writers.join()
    full = collector.buffered
    # What is not in the buffer is in the files, and the buffer keeps to its limit.
    assert full <= LEAST_BUFFER + 8 * MEBIBYTE
    assert full < lines * size
    warned, urgent, stopped = (
        _first(tmp_path, left, "LogBufferFillingUp"),
        _first(tmp_path, left, "LogBufferFull"),
        left.index(left[-1]),
    )
    assert warned < stopped
    back_end.start()
    arrive(back_end, lines)
    with capsys.disabled():
        print(
            f"\n{lines * size / MEBIBYTE:.0f} MiB of lines for a buffer of {LEAST_BUFFER // MEBIBYTE} MiB:"
            f" reading stopped after {stopped} s at {full / MEBIBYTE:.0f} MiB, LogBufferFillingUp is true"
            f" after {warned} s, LogBufferFull after {urgent} s; {lines - back_end.count()} lost"
        )
    assert numbers(back_end) == list(range(lines))


def _first(folder: Path, left: list[float], name: str) -> int:
    """The second from which on the alert's expression is true of these figures, as Prometheus computes it."""
    alert = next(rule for group in logging_groups() for rule in group.rules if rule.name == name)
    assert isinstance(alert, Alert)
    selector = alert.expr.partition(" < ")[0].replace('job="fluentd",', 'job="fluentd",node="worker-1",')
    threshold = float(alert.expr.partition(" < ")[2])
    first = next(second for second, value in enumerate(left) if value < threshold)
    told = [
        {"expr": f"count({alert.expr})", "eval_time": f"{second}s", "exp_samples": samples}
        for second, samples in ((first - 1, []), (first, [{"labels": "{}", "value": 1}]))
        if second >= 0
    ]
    test = {
        "interval": "1s",
        "input_series": [{"series": selector, "values": " ".join(map(str, left))}],
        "promql_expr_test": told,
    }
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump({"evaluation_interval": "1s", "tests": [test]}))
    promtool = PROMETHEUS.build(Progress()).path("promtool")
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return first
