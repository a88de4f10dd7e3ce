"""How much memory the engine, its plugins and the program take together, at most."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Seconds between two looks.
LOOK = 1.0
# Children of the benchmark that are no part of an `up`.
NOT_OURS = ("kube-apiserver", "etcd", "kubectl")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Peak:
    """The most that was seen, in bytes."""

    most = 0


@contextmanager
def peak() -> Iterator[Peak]:
    """Look at this process, which runs the program, and at all that it began, while this lasts."""
    seen, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            seen.most = max(seen.most, resident(os.getpid()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def resident(first: int) -> int:
    """Resident bytes of a process and its descendants; pages that two of them share count twice."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            name, _, rest = stat.partition("(")[2].rpartition(")")
            size = int((entry / "statm").read_text().split()[1])
        except (OSError, IndexError):
            # It has ended in the meantime.
            continue
        parents[int(entry.name)] = -1 if name in NOT_OURS else int(rest.split()[1])
        pages[int(entry.name)] = size
    return PAGE * sum(size for process, size in pages.items() if _descends(process, first, parents))


def _descends(process: int, first: int, parents: dict[int, int]) -> bool:
    while process in parents:
        if process == first:
            return True
        process = parents[process]
    return False
