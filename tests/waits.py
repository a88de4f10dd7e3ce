"""What tests wait for that others do: builds, a cluster that another lane brings up, a machine in use."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

BUILDS = "builds"
# Seconds. Only a broken run takes so long: a wait is over when what it waits for has come. Beside the other
# lanes on two cores a second has become half a minute.
LONGEST = 300
_seconds: defaultdict[str, float] = defaultdict(float)


def note(what: str, seconds: float) -> None:
    """So many seconds more were waited for something."""
    _seconds[what] += seconds


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """The block waits for something, and does nothing else."""
    began = time.monotonic()
    try:
        yield
    finally:
        note(what, time.monotonic() - began)


def waited(what: str, function: Callable[P, R]) -> Callable[P, R]:
    """The same function; its time is waiting."""

    @wraps(function)
    def timed(*arguments: P.args, **named: P.kwargs) -> R:
        with waiting(what):
            return function(*arguments, **named)

    return timed


def take() -> dict[str, float]:
    """What has been noted since the last time that somebody asked."""
    found = dict(_seconds)
    _seconds.clear()
    return found
