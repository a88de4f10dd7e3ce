"""What happens to the way of a line, whoever writes it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.logs.back_end import BackEnd
from tests.logs.collector import Collector

LINES = 100_000
# Seconds. For ten minutes: METALML_BACK_END_AWAY=600.
AWAY = int(os.environ.get("METALML_BACK_END_AWAY", "30"))
KILLS = 5
# Longer than the longest pause between two attempts, on a busy computer.
NOTHING_MORE = 75


@dataclass(frozen=True, kw_only=True)
class Found:
    """How it ended."""

    numbers: list[int]
    """Of the lines that are there, sorted."""
    twice: int
    """Lines that came a second time, and were turned down by their ids."""
    waited_bytes: int
    """In the buffer, when the back end came back."""


def back_end_away_and_collector_killed(
    back_end: BackEnd, collector: Collector, write: Callable[[], None], written: Callable[[], None]
) -> Found:
    """Take the back end away, `write`, kill the collector again and again, and wait until all is there."""
    back_end.stop()
    write()
    began = time.monotonic()
    for number in range(1, KILLS + 1):
        _sleep_until(began + AWAY * number / (KILLS + 1))
        collector.kill()
        time.sleep(1)
        collector.start()
    _sleep_until(began + AWAY)
    waited = collector.buffered
    back_end.start()
    written()
    arrive(back_end, LINES)
    return Found(numbers=numbers(back_end), twice=back_end.turned_down(), waited_bytes=waited)


def arrive(back_end: BackEnd, lines: int) -> None:
    """Wait until so many lines are there, or no more come."""
    seen, since = -1, time.monotonic()
    while seen < lines and time.monotonic() - since < NOTHING_MORE:
        if (now := back_end.count()) != seen:
            seen, since = now, time.monotonic()
        time.sleep(1)


def numbers(back_end: BackEnd) -> list[int]:
    """Of the lines that are there: "line 17 xxx"."""
    return sorted(int(message.split()[1]) for message in back_end.messages())


def _sleep_until(when: float) -> None:
    time.sleep(max(0.0, when - time.monotonic()))
