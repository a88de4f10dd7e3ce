"""Runs one command and keeps what it said."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from local.plugins.provider import Failed

# Lines of output that an error shows; the rest is in the engine's log.
_TAIL = 60
# Seconds between a cancelled command's request to end and its end by force.
_GRACE = 10
# Seconds between two looks at whether the run was cancelled.
_LOOK = 0.2


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command printed, each without one last line's end, as the official plugin keeps it."""

    stdout: str
    stderr: str


def run(
    command: str,
    *,
    interpreter: Sequence[str],
    environment: Mapping[str, str],
    folder: str | None,
    stdin: str,
    show: Mapping[str, Callable[[str], None]],
    cancelled: threading.Event,
    tell_output: bool,
) -> Said:
    """Run `command` to its end. `show` gets the lines of `stdout` and `stderr` as they come.

    Raises Failed with the exit code, the command and the end of what it said; with its standard output only
    when `tell_output`.
    """
    try:
        process = subprocess.Popen(
            [*interpreter, command],
            env={**os.environ, **environment},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # A group of its own: a cancelled run ends the command with all it started.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Failed(f'cannot run "{command}": {error}') from error
    assert process.stdin and process.stdout and process.stderr
    said: dict[str, list[str]] = {"stdout": [], "stderr": []}
    told: list[str] = []

    def read(name: str, stream: IO[str]) -> None:
        for line in stream:
            said[name].append(line)
            if name == "stderr" or tell_output:
                told.append(line)
            if name in show:
                show[name](line.rstrip("\n"))

    def write(stream: IO[str]) -> None:
        # A command need not read what it is given.
        with suppress(BrokenPipeError):
            stream.write(stdin)
        with suppress(BrokenPipeError):
            stream.close()

    threads = [
        threading.Thread(target=read, args=("stdout", process.stdout), daemon=True),
        threading.Thread(target=read, args=("stderr", process.stderr), daemon=True),
        threading.Thread(target=write, args=(process.stdin,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    stopped = not _ended(process, cancelled)
    for thread in threads:
        thread.join()
    # A command that was told to end may do so with 0, and has not done what it was for.
    if stopped or process.returncode != 0:
        how = "stopped" if stopped else f"exit status {process.returncode}"
        raise Failed(f'{how}: running "{command}":\n{"".join(told[-_TAIL:])}')
    return Said(**{name: "".join(lines).removesuffix("\n") for name, lines in said.items()})


def _ended(process: subprocess.Popen[str], cancelled: threading.Event) -> bool:
    """Wait for the end; False when the run was cancelled and the command was ended with its whole group."""
    while process.poll() is None:
        try:
            process.wait(timeout=_LOOK)
        except subprocess.TimeoutExpired:
            if cancelled.is_set():
                break
    else:
        return True
    os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(_LOOK)
    # What is left of the group would hold the output open, and so this call.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return False
