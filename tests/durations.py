"""The tables of tests/README.md from the report of a run: `python -m tests.durations .local/log/test.xml`."""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.lanes import LANE, PROCESSOR, WAITED

# Seconds. Files that take less are told together.
SHORT = 10


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What tests took, with set-up and tear-down; `waited` is for builds and for other lanes."""

    tests: int
    seconds: float
    processor: float
    waited: float


def read(report: Path) -> tuple[str, list[tuple[str, str, Cost]]]:
    """When the run began; and of each test its lane, its file and its cost."""
    (suite,) = ElementTree.parse(report).getroot().iter("testsuite")
    return suite.attrib["timestamp"], [_test(case) for case in suite.iter("testcase")]


def _test(case: ElementTree.Element) -> tuple[str, str, Cost]:
    told = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
    waited = sum(float(value) for name, value in told.items() if name.startswith(WAITED))
    cost = Cost(
        tests=1,
        seconds=float(case.attrib["time"]),
        processor=float(told.get(PROCESSOR, 0)),
        waited=waited,
    )
    module = re.match(r"(?:\w+\.)*?test_\w+", case.attrib["classname"])
    assert module, case.attrib
    return told.get(LANE, ""), module.group().replace(".", "/") + ".py", cost


def tables(report: Path) -> Iterator[str]:
    """The lines of both tables, the longest first."""
    began, tests = read(report)
    yield f"Seconds, measured {began[:10]}."
    yield from ("", "| lane | tests | took | of that waited | processor |", "|---|---|---|---|---|")
    for lane, cost in _by(tests, lambda test: test[0]):
        yield f"| {lane} | {cost.tests} | {cost.seconds:.0f} | {cost.waited:.0f} | {cost.processor:.0f} |"
    yield from ("", "| file | tests | took |", "|---|---|---|")
    files = _by(tests, lambda test: test[1])
    for file, cost in files:
        if cost.seconds >= SHORT:
            yield f"| {file} | {cost.tests} | {cost.seconds:.0f} |"
    short = _sum([cost for _, cost in files if cost.seconds < SHORT])
    yield f"| all others | {short.tests} | {short.seconds:.0f} |"


def _by(
    tests: list[tuple[str, str, Cost]], key: Callable[[tuple[str, str, Cost]], str]
) -> list[tuple[str, Cost]]:
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for test in tests:
        costs[key(test)].append(test[2])
    sums = [(name, _sum(found)) for name, found in costs.items()]
    return sorted(sums, key=lambda one: -one[1].seconds)


def _sum(costs: list[Cost]) -> Cost:
    return Cost(
        tests=sum(one.tests for one in costs),
        seconds=sum(one.seconds for one in costs),
        processor=sum(one.processor for one in costs),
        waited=sum(one.waited for one in costs),
    )


if __name__ == "__main__":
    print("\n".join(tables(Path(sys.argv[1]))))
