"""What is seen of long steps, on a terminal and in a log."""

import io
from pathlib import Path

import pytest

from local import progress
from local.errors import Problem
from local.progress import Progress, spell


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(progress, "LOGS", tmp_path)
    return tmp_path


def test_a_failed_step_names_its_log_and_shows_its_last_lines(logs: Path):
    out = io.StringIO()
    with pytest.raises(Problem) as told, Progress(out).step("etcd", "etcd 3.6") as step:
        for number in range(100):
            step.log(f"line {number}")
        raise ValueError("disk full")
    text = str(told.value)
    assert f"{logs}/etcd.log" in text
    assert "line 99" in text and "disk full" in text
    assert "line 50" not in text, "only the end is shown"
    assert "FAILED etcd 3.6" in out.getvalue()


def test_a_step_is_a_start_and_an_end_line_where_there_is_no_terminal():
    out = io.StringIO()
    with Progress(out).step("etcd", "etcd 3.6"):
        pass
    start, end = out.getvalue().splitlines()
    assert start == "start etcd 3.6"
    assert end.startswith("done  etcd 3.6 (")


def test_an_interrupted_step_is_no_failure():
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Progress(out).step("etcd", "etcd 3.6"):
        raise KeyboardInterrupt
    assert "stopped etcd 3.6" in out.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4s"), (12.3, "12s"), (284.0, "4m44s"), (59.7, "1m00s")]
)
def test_times_read_as_people_say_them(seconds: float, text: str):
    assert spell(seconds) == text
