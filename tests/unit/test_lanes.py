"""Lanes run beside each other: each test is in one, and none takes what is another's."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.lanes import LANES, lane_of, place_of

REPOSITORY = Path(__file__).parents[2]
CLUSTER = list((REPOSITORY / "tests/cluster").rglob("*.py"))
BEGINNINGS = [beginning for beginnings in LANES.values() for beginning in beginnings]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_lane_names_what_there_is(beginning: str) -> None:
    assert (REPOSITORY / beginning).exists()


@pytest.mark.parametrize(
    ("file", "lane"),
    [
        ("tests/cluster/full/test_rollouts.py", "full"),
        ("tests/cluster/full/test_new.py", "beside"),
        ("tests/cluster/test_new.py", "labs"),
        ("tests/api/test_new.py", "api"),
        ("tests/logs/test_new.py", "services"),
    ],
)
def test_a_new_file_is_in_the_lane_of_its_folder(file: str, lane: str) -> None:
    assert lane_of(f"{file}::test_something") == lane


def test_a_lane_runs_its_files_in_the_order_in_which_it_names_them() -> None:
    for number, beginnings in enumerate(LANES.values()):
        for place, beginning in enumerate(beginnings):
            assert place_of(f"{beginning}::test_something") == (number, place)


def found(pattern: str) -> list[str]:
    return [match for path in CLUSTER for match in re.findall(pattern, path.read_text())]


def test_machines_of_two_lanes_are_never_on_one_range() -> None:
    subnets = [*found(r"\blab\(\"[\w-]+\", (\d+)"), *found(r"^SUBNET = (\d+)"), *found(r"\nSUBNET = (\d+)")]
    machines, pods = found(r'machines="([\d.]+)"'), found(r'pods="([\d.]+)"')
    assert len(subnets) >= 7 and len(machines) == len(pods) >= 4
    for numbers in (subnets, machines, pods):
        assert max(Counter(numbers).values()) == 1, numbers
    # Of labs, and of the host outside.
    assert not {"10.91", "10.92"} & {".".join(one.split(".")[:2]) for one in machines}
    assert "10.246" not in pods
