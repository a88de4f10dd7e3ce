"""Tests that are stopped leave nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.waits import LONGEST

REPOSITORY = Path(__file__).parents[2]


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
        while len(programs_in(other)) < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(programs_in(other)) >= 3
    finally:
        tests.send_signal(signal.SIGTERM)
        ended = tests.wait(LONGEST)
    # As pytest ends when it is interrupted.
    assert ended == 2
    assert programs_in(other) == []


def programs_in(folder):
    """Processes that have the folder in their command line: etcd, API server, controllers."""
    found = subprocess.run(["pgrep", "-f", f"={folder}/"], capture_output=True, text=True)
    return found.stdout.split()
