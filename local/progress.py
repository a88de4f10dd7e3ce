"""What the person at the keyboard sees while long steps run.

On a terminal the last line ticks with the steps that run and their times; elsewhere a step is a start and an
end line. Everything that a step's programs print goes to `.local/log/<step>.log`.
"""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.errors import Explained, Problem
from local.paths import LOGS, REPOSITORY

# Every step that ended, for whoever adds up where the time goes: name, how it ended, seconds.
TIMES = "times.tsv"
# Lines of a failed step's log that are worth a look before opening the file.
TAIL = 15
# Seconds between two drawings of the ticking line.
TICK = 0.5


def spell(seconds: float) -> str:
    """A duration as people say it: 0.4s, 12s, 4m44s."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    return f"{whole}s" if whole < 60 else f"{whole // 60}m{whole % 60:02d}s"


class Step:
    """One running step: its title, and its log."""

    def __init__(self, name: str, title: str, log_file: IO[str]) -> None:
        self.name = name
        self.title = title
        self.started = time.monotonic()
        self.log_file = log_file

    @property
    def log_path(self) -> Path:
        """The file that error messages name."""
        return LOGS / f"{self.name}.log"

    def log(self, line: str) -> None:
        """Write one line to the step's log."""
        self.log_file.write(line.rstrip("\n") + "\n")
        self.log_file.flush()


class Progress:
    """Prints steps as they start and end. Safe to use from several threads."""

    def __init__(self, stream: IO[str] = sys.stdout) -> None:
        self._stream = stream
        self._tty = stream.isatty()
        self._lock = threading.RLock()
        self._running: list[Step] = []
        self._status = ""
        self._drawn = False
        if self._tty:
            threading.Thread(target=self._tick, daemon=True).start()

    def say(self, text: str) -> None:
        """Print a line that stays."""
        with self._lock:
            self._erase()
            self._stream.write(text + "\n")
            self._stream.flush()

    def status(self, text: str) -> None:
        """Set what the ticking line says beside the running steps; only a terminal shows it."""
        with self._lock:
            self._status = text

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """Show a step while the block runs; a failure is told with the log's last lines."""
        LOGS.mkdir(parents=True, exist_ok=True)
        with open(LOGS / f"{name}.log", "w", encoding="utf-8") as log_file:
            step = Step(name, title, log_file)
            with self._lock:
                self._running.append(step)
                if not self._tty:
                    self.say(f"start {title}")
            try:
                yield step
            except Exception as error:
                self._end(step, "FAILED")
                raise _told(step, error) from error
            except BaseException:
                self._end(step, "stopped")
                raise
            self._end(step, "done ")

    def _end(self, step: Step, word: str) -> None:
        seconds = time.monotonic() - step.started
        with self._lock:
            self._running.remove(step)
            self.say(f"{word} {step.title} ({spell(seconds)})")
            with open(LOGS / TIMES, "a", encoding="utf-8") as times:
                times.write(f"{step.name}\t{word.strip()}\t{seconds:.2f}\n")

    def _tick(self) -> None:
        while True:
            time.sleep(TICK)
            with self._lock:
                self._erase()
                now = time.monotonic()
                parts = [f"{step.title} {spell(now - step.started)}" for step in self._running]
                if self._status:
                    parts.append(self._status)
                if parts:
                    width = shutil.get_terminal_size().columns - 1
                    self._stream.write(("  ... " + " | ".join(parts))[:width])
                    self._drawn = True
                self._stream.flush()

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write("\r\033[K")
            self._drawn = False


def _told(step: Step, error: Exception) -> Problem:
    path = step.log_path
    name = path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
    if isinstance(error, Explained):
        return Problem(f"{step.title}: failed (log: {name})\n\n{error}")
    step.log(f"error: {error}")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
    shown = "\n".join(f"    {line}" for line in lines)
    return Problem(f"{step.title}: failed. The end of {name}:\n{shown}")
