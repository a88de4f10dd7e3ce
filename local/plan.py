"""What a run has to make: told at the start, with about how long it takes and the disk that it needs."""

import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from local.errors import Problem
from local.progress import Progress

# The processors of the computer on which the seconds were measured.
MEASURED_ON = 2
# Builds use no more than this many at once.
MOST_PROCESSORS = 8


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something to make: what people call it, and how long that takes beside the others."""

    title: str
    seconds: int
    """On a quiet computer of two processors."""
    gibibytes: float
    """Of disk, sources and what the compiler keeps included."""


def require_room(missing: Sequence[Work], folder: Path) -> None:
    """Refuse, before anything is made, when the disk under the folder is too small for it."""
    while not folder.exists():
        folder = folder.parent
    needed = ceil(sum(work.gibibytes for work in missing))
    free = shutil.disk_usage(folder).free // 2**30
    if free < needed:
        raise Problem(
            f"{needed} GiB of free disk are needed under {folder} for what has to be made, and there are "
            f"{free}; nothing was changed. Free some, or name a folder elsewhere by XDG_CACHE_HOME"
        )


class Plan:
    """The work that is missing. Safe to use from several threads."""

    def __init__(self, missing: Sequence[Work], progress: Progress, processors: int | None = None) -> None:
        """`processors` are this computer's own, unless given."""
        self._left = list(missing)
        self._progress = progress
        self._faster = min(processors or os.cpu_count() or 1, MOST_PROCESSORS) / MEASURED_ON
        self._lock = threading.Lock()
        if missing:
            each = ", ".join(f"{work.title} {self._spell([work])}" for work in missing)
            total = self._spell(missing)
            progress.say(f"to make, {total} less what can be downloaded: {each}")

    def done(self, title: str) -> None:
        """Tell what is left after this, when it was one of the missing."""
        with self._lock:
            left = [work for work in self._left if work.title != title]
            if len(left) == len(self._left):
                return
            self._left = left
            if left:
                names = ", ".join(work.title for work in left)
                self._progress.say(f"left: {self._spell(left)}: {names}")

    def _spell(self, works: Sequence[Work]) -> str:
        seconds = sum(work.seconds for work in works) / self._faster
        if seconds < 90:
            return f"about {max(round(seconds, -1), 10):.0f} s"
        return f"about {round(seconds / 60)} min"
