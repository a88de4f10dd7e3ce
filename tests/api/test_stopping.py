"""Tests that are stopped leave nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.waits import LONGEST

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = {"etcd", "kube-apiserver", "kube-controller-manager"}


def test_a_polite_kill_of_the_tests_ends_their_api_server(tmp_path):
    other = tmp_path / "temporary"
    arguments = ["tests/api/test_objects.py", f"--basetemp={other}", "-q"]
    tests = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        deadline = time.monotonic() + LONGEST
        while not programs_in(other) >= PROGRAMS:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        tests.send_signal(signal.SIGTERM)
        ended = tests.wait(LONGEST)
    # As pytest ends when it is interrupted.
    assert ended == 2
    assert programs_in(other) == set()


def programs_in(folder):
    """Names of the programs that run and have the folder in their command line; kubectl comes and goes."""
    found = subprocess.run(["pgrep", "--list-full", "--full", f"={folder}/"], capture_output=True, text=True)
    # A line is the process's number, its program and its arguments.
    return {Path(line.split()[1]).name for line in found.stdout.splitlines()}
