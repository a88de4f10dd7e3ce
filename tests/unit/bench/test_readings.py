"""The figures of `make bench` are what passed on the wall, not sums of what ran beside each other."""

from typing import Any

from tests.bench.first import split
from tests.bench.timeline import Timeline, phases


def command(second: float, *needs: str) -> dict[str, Any]:
    whole, part = divmod(second, 1)
    return {
        "type": "command:local:Command",
        "created": f"2026-01-01T00:00:{int(whole):02d}.{int(part * 10)}00000000Z",
        "dependencies": [f"urn:pulumi:s::p::command:local:Command::{name}" for name in needs],
    }


RESOURCES = {
    "s": {"type": "pulumi:pulumi:Stack"},
    "control-1-machine": command(5),
    "worker-1-machine": command(6),
    "control-1-preflight": command(7, "control-1-machine"),
    "worker-1-preflight": command(8, "worker-1-machine"),
    "control-1-firewall": command(9, "control-1-preflight", "worker-1-preflight"),
    "control-1-bundle": command(12, "control-1-preflight", "worker-1-preflight"),
    "worker-1-bundle": command(11, "control-1-preflight", "worker-1-preflight"),
    "control-1-prepare": command(16, "control-1-firewall", "control-1-bundle"),
    "control-1-kubelet": command(17, "control-1-prepare"),
    "control-1-network": command(18, "control-1-prepare"),
    "worker-1-network": command(30, "worker-1-bundle"),
    "control-1-init": command(38, "control-1-kubelet", "control-1-network"),
    "worker-1-join": command(43, "control-1-init", "worker-1-network"),
    "control-1-ready": command(40, "control-1-init"),
    "worker-1-ready": command(45.5, "worker-1-join"),
}


def test_the_phases_add_up_to_what_passed_since_the_last_machine_ran() -> None:
    found = phases(Timeline(RESOURCES), "control-1")
    assert [found[phase] for phase in ("preparation", "init", "join", "ready")] == [12, 20, 5, 2.5]
    assert found["total"] == 39.5


def test_a_part_begins_when_the_last_thing_it_needed_had_ended() -> None:
    found = phases(Timeline(RESOURCES), "control-1")
    assert (found["bundle"], found["prepare"], found["preflight"]) == (4, 4, 2)


def test_downloads_and_builds_of_a_first_up_are_told_apart() -> None:
    log = [
        "go\tdone\t3.00",
        "build-etcd\tFAILED\t9.00",
        "download-etcd\tdone\t6.50",
        "build-etcd\tdone\t52.75",
        "up\tdone\t80.00",
    ]
    assert split(log) == {"download": 9.5, "build": 52.75, "stack": 80.0}
