"""Pods that write: files as containerd writes them and the kubelet rotates them."""

import gzip
import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

CONTAINER = "writer"
PAUSE = 100  # lines between two looks at the clock


class Writers:
    """Pods that write numbered lines at a steady pace, in a thread of their own."""

    def __init__(
        self, folder: Path, *, pods: int, lines: int, per_second: int, size: int, rotate_at: int
    ) -> None:
        """`lines` of `size` bytes in all; files are rotated when they have `rotate_at` bytes."""
        self._files = [_ContainerLog(folder, f"writer-{number}", rotate_at) for number in range(pods)]
        self._lines, self._pace, self._padding = lines, per_second, "x" * size
        self._thread = threading.Thread(target=self._write, daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def join(self) -> None:
        """Wait until all is written."""
        self._thread.join()

    @property
    def rotations(self) -> int:
        """How often a file was rotated."""
        return sum(file.rotations for file in self._files)

    def _write(self) -> None:
        began = time.monotonic()
        for number in range(self._lines):
            self._files[number % len(self._files)].write(f"line {number} {self._padding}")
            if number % PAUSE == 0:
                for file in self._files:
                    file.flush()
                time.sleep(max(0.0, number / self._pace - (time.monotonic() - began)))
        for file in self._files:
            file.flush()


class _ContainerLog:
    def __init__(self, folder: Path, pod: str, rotate_at: int) -> None:
        uid = f"00000000-0000-0000-0000-{abs(hash(pod)) % 10**12:012d}"
        self._folder = folder / f"ml_{pod}_{uid}" / CONTAINER
        self._folder.mkdir(parents=True)
        self._rotate_at, self._written, self.rotations = rotate_at, 0, 0
        self._file = self._begin()

    def write(self, message: str) -> None:
        now = time.time_ns()
        second = datetime.fromtimestamp(now // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self._written += self._file.write(f"{second}.{now % 10**9:09d}Z stdout F {message}\n")
        if self._written > self._rotate_at:
            self._rotate()

    def flush(self) -> None:
        self._file.flush()

    def _rotate(self) -> None:
        """As the kubelet: the last one but one is compressed, the current one renamed, a new one begun."""
        self._file.close()
        for old in self._folder.glob("0.log.*[0-9]"):
            with open(old, "rb") as read, gzip.open(f"{old}.gz", "wb", compresslevel=1) as packed:
                shutil.copyfileobj(read, packed)
            old.unlink()
        self.rotations += 1
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        (self._folder / "0.log").rename(self._folder / f"0.log.{stamp}")
        self._file = self._begin()
        self._written = 0

    def _begin(self) -> TextIO:
        return (self._folder / "0.log").open("a")
