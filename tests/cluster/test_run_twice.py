"""Every node script converges: run again it changes nothing, killed anywhere and run again it ends right."""

import random
import re
import time
from collections.abc import Mapping

import pytest

from tests.cluster.machines import PREPARATION, SCRIPTS, Lab, Machine, differences, expect_untouched
from tests.cluster.recorded import Result
from tests.waits import LONGEST

EVERYTHING = (
    *(f"control-1-{step}" for step in ("preflight", *PREPARATION, "init", "ready")),
    *(f"worker-1-{step}" for step in ("preflight", *PREPARATION, "join", "ready")),
)
STEPS = "/var/lib/metalml/steps/"


def settled(lab: Lab) -> list[Machine]:
    """Both nodes, with nothing on its way: CoreDNS runs, so that kube-proxy has written its last rules."""
    machines = [lab.machines["control-1"], lab.machines["worker-1"]]
    machines[0].kubectl(
        "-n", "kube-system", "rollout", "status", "deployment/coredns", f"--timeout={LONGEST}s"
    )
    before = [machine.snapshot("times") for machine in machines]
    for _ in range(20):
        time.sleep(2)
        after = [machine.snapshot("times") for machine in machines]
        if after == before:
            return machines
        before = after
    raise AssertionError("the machines do not come to rest")


def test_every_command_of_the_program_run_again_changes_nothing(two_nodes: Lab) -> None:
    machines = settled(two_nodes)
    with expect_untouched(*machines):
        for name in EVERYTHING:
            assert two_nodes.command(name).run().code == 0, name


def test_every_node_script_itself_run_again_changes_nothing_and_restarts_nothing(two_nodes: Lab) -> None:
    machines = settled(two_nodes)
    for machine in machines:
        # Without the marks of finished steps the launcher starts every script anew.
        machine.run("find", STEPS, "-name", "done", "-delete")
    before = [machine.snapshot("times") for machine in machines]
    for name in EVERYTHING:
        assert two_nodes.command(name).run().code == 0, name
    for machine, old in zip(machines, before, strict=True):
        changes = differences(old, machine.snapshot("times"))
        assert {key for key in changes if not key.startswith(STEPS)} == set(), changes
        assert machine.run("wc", "-l", "/var/lib/metalml/kubeadm-runs").startswith("1 ")


def run_killed(
    lab: Lab, name: str, *, at: int = 0, before: str = "", edit: Mapping[str, str] | None = None
) -> Result:
    """Run a step that kills itself; with `edit`, lines of its files are other ones."""
    head = f"KILL_AT={at}\nKILL_BEFORE='{before}'\n{(SCRIPTS / 'kill-at.sh').read_text()}"
    text = edited(lab.command(name).stdin, edit or {})
    return lab.command(name).run(stdin=text.replace("--- script main.sh\n", f"--- script main.sh\n{head}"))


def edited(text: str, edit: Mapping[str, str]) -> str:
    for old, new in edit.items():
        assert old in text
        text = text.replace(old, new)
    return text


def without_steps(content: Mapping[str, str]) -> dict[str, str]:
    """What a machine has besides the texts and logs of the steps that it took to get there."""
    return {key: value for key, value in content.items() if not key.startswith(STEPS)}


@pytest.mark.fault
def test_a_preparation_killed_again_and_again_ends_as_one_that_never_was(
    two_nodes: Lab, fault_round: int
) -> None:
    machine = two_nodes.machines["worker-2"]
    two_nodes.prepare("worker-2")
    wanted = without_steps(machine.snapshot("content"))
    two_nodes.do("worker-2-prepare", delete=True)
    two_nodes.do("worker-2-bundle")

    # A whole run has several hundred commands; each killed one leaves fewer for the next.
    dice = random.Random(fault_round)
    points = sorted(dice.sample(range(5, 450), 8))
    killed = 0
    for point in points:
        result = run_killed(two_nodes, "worker-2-prepare", at=point)
        killed += "was stopped before its end" in result.err
    assert killed >= 3, points
    two_nodes.prepare("worker-2")
    assert differences(wanted, without_steps(machine.snapshot("content"))) == {}


def started(machine: Machine, unit: str) -> int:
    return int(machine.run("systemctl", "show", "-P", "ActiveEnterTimestampMonotonic", unit))


@pytest.mark.fault
@pytest.mark.parametrize(
    ("step", "unit", "line"),
    [
        ("worker-1-kubelet", "kubelet.service", "maxPods: {}"),
        ("worker-1-prepare", "containerd.service", "version = 4\n# test {}"),
    ],
    ids=["kubelet", "containerd"],
)
def test_a_step_killed_between_a_file_and_the_restart_it_needs_restarts_later(
    two_nodes: Lab, fault_round: int, step: str, unit: str, line: str
) -> None:
    machine = two_nodes.machines["worker-1"]
    given = re.search(r"^(maxPods: \d+|version = 4)$", two_nodes.command(step).stdin, re.MULTILINE)
    assert given
    edit = {given.group(): line.format(fault_round + 50)}
    before = started(machine, unit)
    result = run_killed(two_nodes, step, before="systemctl restart", edit=edit)
    assert "was stopped before its end" in result.err
    assert started(machine, unit) == before

    assert two_nodes.command(step).run(stdin=edited(two_nodes.command(step).stdin, edit)).code == 0
    assert started(machine, unit) > before
    two_nodes.do(step)
    two_nodes.do("worker-1-ready")
