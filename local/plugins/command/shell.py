"""Runs one command and keeps what it said."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from local.plugins.provider import Failed

# Lines of output that an error shows; the rest is in the engine's log.
_TAIL = 60


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command printed, without the last line's end, as the official plugin keeps it."""

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
) -> Said:
    """Run `command` to its end. `show` gets the lines of `stdout` and `stderr` as they come.

    Raises Failed with the exit code, the command and the end of what it said.
    """
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
    assert process.stdin and process.stdout and process.stderr
    said: dict[str, list[str]] = {"stdout": [], "stderr": []}
    both: list[str] = []

    def read(name: str, stream: IO[str]) -> None:
        for line in stream:
            said[name].append(line)
            both.append(line)
            if name in show:
                show[name](line.rstrip("\n"))

    def write(stream: IO[str]) -> None:
        # A command need not read what it is given.
        try:
            stream.write(stdin)
            stream.close()
        except BrokenPipeError:
            pass

    threads = [
        threading.Thread(target=read, args=("stdout", process.stdout)),
        threading.Thread(target=read, args=("stderr", process.stderr)),
        threading.Thread(target=write, args=(process.stdin,)),
    ]
    for thread in threads:
        thread.start()
    while True:
        try:
            code = process.wait(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            if cancelled.is_set():
                os.killpg(process.pid, signal.SIGTERM)
    for thread in threads:
        thread.join()
    if code != 0:
        raise Failed(f'exit status {code}: running "{command}":\n{"".join(both[-_TAIL:])}')
    return Said(stdout="".join(said["stdout"]).rstrip("\n"), stderr="".join(said["stderr"]).rstrip("\n"))
