"""Where `make up` cannot work it says all that is missing at once, before it changes anything."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "local" / "check-host.sh"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "checkout").mkdir()
    return tmp_path / "checkout"


def check(checkout: Path, **fakes: str) -> subprocess.CompletedProcess[str]:
    """Run the check with some of the programs that it asks replaced."""
    programs = checkout.parent / "programs"
    programs.mkdir(exist_ok=True)
    for name, printed in fakes.items():
        (programs / name).write_text(f"#!/bin/sh\nprintf '%s\\n' {printed}\n")
        (programs / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", SCRIPT, checkout], check=False, capture_output=True, text=True, env=environment
    )


GOOD = {"id": "0", "df": "100G", "getconf": "4000000"}


def test_a_computer_that_is_fit_passes_in_silence(checkout: Path):
    done = check(checkout, **GOOD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_everything_that_is_missing_is_named_at_once(checkout: Path):
    done = check(checkout, id="1000", df="1G", getconf="1024")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert "root is needed" in done.stderr
    assert "2 GiB of free disk are needed" in done.stderr and "there are 1" in done.stderr
    assert "6 GiB of memory are needed" in done.stderr


def test_what_is_installed_already_needs_no_room_again_so_make_down_needs_none(checkout: Path):
    (checkout / ".local" / "venv").mkdir(parents=True)
    (checkout / ".local" / "venv" / ".requirements").touch()
    assert check(checkout, **{**GOOD, "df": "0G"}).returncode == 0


def test_a_second_run_at_the_same_time_is_refused(checkout: Path):
    folder = os.open(checkout, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    done = check(checkout, **GOOD)
    os.close(folder)
    assert done.returncode == 1
    assert "another make up, preview or down is running" in done.stderr
    assert check(checkout, **GOOD).returncode == 0
