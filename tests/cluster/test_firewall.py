"""The firewall lets in who may come in, nobody else, and never locks the operator out."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.ssh.payload import NODE_SCRIPTS
from tests.cluster.machines import Lab, Machine, differences, expect_untouched, lab
from tests.cluster.outside import Outside, outside
from tests.cluster.recorded import Command, Result
from tests.cluster.software import Software
from tests.waits import LONGEST

SUBNET = 4
GATEWAY = f"10.91.{SUBNET}.1/32"
NOBODY = "192.0.2.77/32"
FOREIGN = "table inet somebody { chain input { type filter hook input priority 10; tcp dport 4711 drop; }; }"
ALLOWED = f"{Outside.allowed}/32"


@pytest.fixture(scope="module")
def walls(software: Software) -> Iterator[Lab]:
    rules = {
        "adminRanges": [GATEWAY, ALLOWED],
        "nodePortRanges": [ALLOWED],
        "scrapeRanges": [ALLOWED],
    }
    roles = {"control-1": "control-plane", "worker-1": "worker"}
    with lab("firewall", SUBNET, roles, software, firewall=rules) as made:
        yield made


@pytest.fixture
def machine(walls: Lab) -> Machine:
    """The control plane, with its firewall."""
    walls.do("control-1-firewall")
    return walls.machines["control-1"]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Outside]:
    with outside() as made:
        yield made


def rules_of(machine: Machine) -> str:
    return machine.run("nft", "--stateless", "list", "ruleset")


def has_table(machine: Machine) -> bool:
    return machine.succeeds("nft", "list", "table", "inet", "metalml")


def locks_us_out(command: Command) -> Result:
    return command.run(stdin=command.stdin.replace(GATEWAY, NOBODY))


@pytest.mark.fault
def test_rules_that_lock_us_out_are_taken_back_within_a_minute(walls: Lab, machine: Machine) -> None:
    bare = walls.machines["worker-1"]
    walls.do("worker-1-firewall", delete=True)
    before, kept = rules_of(machine), machine.run("cat", "/etc/metalml/firewall.nft")
    started = time.monotonic()
    with ThreadPoolExecutor() as pool:
        results = list(
            pool.map(lambda name: locks_us_out(walls.command(f"{name}-firewall")), ("control-1", "worker-1"))
        )
        for result in results:
            assert result.code != 0
            assert "SSH does not come back through the new firewall" in result.err
            assert "firewall.adminRanges" in result.err
    while NOBODY.removesuffix("/32") in rules_of(machine) + rules_of(bare):
        assert time.monotonic() - started < 70
        time.sleep(0.5)
    assert time.monotonic() - started > 40
    assert rules_of(machine) == before
    assert machine.run("cat", "/etc/metalml/firewall.nft") == kept
    assert not has_table(bare)
    for name in walls.machines:
        assert walls.command(f"{name}-preflight").run().code == 0
        walls.do(f"{name}-firewall")


@pytest.mark.fault
def test_a_connection_that_came_through_the_old_rules_cannot_keep_the_new_ones(machine: Machine) -> None:
    before = rules_of(machine)
    ruleset = (
        machine.run("cat", "/etc/metalml/firewall.nft").replace(GATEWAY, NOBODY).replace("10.91", "192.0")
    )
    # Long enough to look at the rules before they are taken back, also on a busy computer.
    machine.run(
        "bash", "-s", "--", "10", stdin=f"{(NODE_SCRIPTS / 'firewall-try.sh').read_text()}{ruleset}\n"
    )
    assert rules_of(machine) != before
    deadline = time.monotonic() + LONGEST
    while rules_of(machine) != before:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    machine.write("/root/keep.sh", (NODE_SCRIPTS / "firewall-keep.sh").read_text())
    assert not machine.succeeds("bash", "/root/keep.sh")
    assert rules_of(machine) == before


def test_a_host_outside_the_ranges_gets_nothing_and_one_inside_does(
    walls: Lab, machine: Machine, hosts: Outside
) -> None:
    machine.script("pretend-ports.sh")

    def answers(source: str, port: int) -> bool:
        return hosts.answer(source, machine.address, port).startswith("SSH-")

    ports = (30050, 30051, 6443, 10250, 2379, 22)
    try:
        walls.do("control-1-firewall", delete=True)
        assert [port for port in ports if not answers(hosts.stranger, port)] == []

        walls.do("control-1-firewall")
        assert [port for port in ports if answers(hosts.stranger, port)] == []
        # etcd is for control planes only.
        assert [port for port in ports if answers(hosts.allowed, port)] == [30050, 30051, 6443, 10250, 22]

        # It is this chain that stops what kube-proxy would redirect: the input hook never sees it.
        machine.run("nft", "delete", "chain", "inet", "metalml", "node_ports")
        assert [port for port in ports if answers(hosts.stranger, port)] == [30050]
    finally:
        for unit in ("test-pod", "test-listeners"):
            machine.run("systemctl", "stop", unit)
        machine.run("nft", "delete table ip test_kube_proxy")
        machine.run("ip", "netns", "delete", "pod")
        walls.do("control-1-firewall", delete=True)


def test_nobody_elses_rules_are_touched(walls: Lab, machine: Machine) -> None:
    machine.run("nft", FOREIGN)
    foreign = ("nft", "--handle", "list", "table", "inet", "somebody")
    before = machine.run(*foreign)
    try:
        walls.do("control-1-firewall", delete=True)
        walls.do("control-1-firewall")
        assert machine.run(*foreign) == before
        walls.do("control-1-firewall", delete=True)
        assert machine.run(*foreign) == before
    finally:
        machine.run("nft", "delete table inet somebody")


def test_the_same_rules_again_change_nothing(walls: Lab, machine: Machine) -> None:
    with expect_untouched(machine):
        walls.do("control-1-firewall")


def test_a_removed_firewall_leaves_nothing(walls: Lab) -> None:
    machine = walls.machines["control-1"]
    walls.do("control-1-firewall", delete=True)
    machine.run("rm", "-rf", "/var/lib/metalml", "/root/keep.sh")
    before = machine.snapshot("content")
    walls.do("control-1-firewall")
    assert has_table(machine)
    walls.do("control-1-firewall", delete=True)
    assert differences(before, machine.snapshot("content")) == {}


@pytest.mark.fault
def test_the_firewall_is_back_after_a_restart_of_the_machine(
    walls: Lab, machine: Machine, hosts: Outside
) -> None:
    before = rules_of(machine)
    machine.restart()
    assert rules_of(machine) == before
    assert hosts.answer(hosts.stranger, machine.address, 22) == ""
    assert walls.command("control-1-preflight").run().code == 0
