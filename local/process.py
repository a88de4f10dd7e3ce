"""Runs other programs: output to a step's log, and none left behind when the run is interrupted."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local.errors import Problem
from local.progress import Step

# Seconds that a program gets to end by itself after it was asked to.
GRACE = 10

_running: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()
_stopping = threading.Event()


def run(
    step: Step,
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command with its output in the step's log; raise when it fails."""
    step.log("$ " + " ".join(str(word) for word in command))
    with _guard:
        if _stopping.is_set():
            raise KeyboardInterrupt
        # A session of its own: Ctrl-C reaches us, and we end what runs, children included.
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=step.log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process)
    try:
        code = process.wait()
    finally:
        with _guard:
            _running.discard(process)
    if code != 0 and _stopping.is_set():
        raise KeyboardInterrupt
    if code != 0:
        raise Problem(f"{Path(str(command[0])).name} ended with code {code}")


def stopping() -> bool:
    """Whether the run was interrupted: what does not run other programs has to look now and then."""
    return _stopping.is_set()


def must(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """What a quick command prints; its error text is the problem when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **(env or {})},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(
            f"{' '.join(str(word) for word in command)}: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout


def output(command: Sequence[str | Path]) -> str:
    """What a quick command prints, without the last line end; empty when it fails or is not there."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""


def stop_all() -> None:
    """End every program that runs now, and let no other start."""
    with _guard:
        _stopping.set()
        left = list(_running)
    for process in left:
        _signal(process, signal.SIGTERM)
    for process in left:
        try:
            process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
