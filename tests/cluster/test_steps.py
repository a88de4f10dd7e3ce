"""Steps survive what happens to the connection and to who started them, run once, and keep their secrets."""

import dataclasses
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from components.ssh.host import ENTRY_POINTS
from components.ssh.payload import payload
from tests.cluster.machines import SCRIPTS, Lab, Machine, expect_untouched, lab
from tests.cluster.recorded import Command, kill
from tests.cluster.software import Software
from tests.waits import LONGEST

STEP = f"bash {ENTRY_POINTS}/step.sh"
# Seconds. A step that runs when the next one is started, also on a computer that is busy.
LONG = 15
CUT = "table inet test_cut { chain input { type filter hook input priority -300; tcp dport 22 drop; }; }"


@pytest.fixture(scope="module")
def steps(software: Software) -> Iterator[Lab]:
    with lab("steps", 2, {"control-1": "control-plane"}, software) as made:
        yield made


@pytest.fixture
def machine(steps: Lab) -> Machine:
    """The machine, with nothing noted on it and no step known."""
    machine = steps.machines["control-1"]
    machine.run("rm", "-rf", "/root/steps", "/var/lib/metalml/steps")
    return machine


def step(steps: Lab, name: str, *, lasts: int = 0, end: str = "well", secret: str | None = None) -> Command:
    """A step of the machine as the program would send it."""
    text = payload(SCRIPTS / "test-step.sh", parameters={"NAME": name, "LASTS": str(lasts), "END": end})
    if secret is not None:
        text += f"--- secret token\n{secret}\n"
    sent = steps.command("control-1-kubelet")
    return dataclasses.replace(sent, create=f"{STEP} {name}", stdin=text)


def noted(machine: Machine) -> list[str]:
    return machine.run("cat", "/root/steps").splitlines()


def wait_until_runs(machine: Machine, name: str) -> None:
    deadline = time.monotonic() + LONGEST
    while f"begin {name}" not in machine.run("cat", "/root/steps", check=False).splitlines():
        assert time.monotonic() < deadline, f"step {name} does not start"
        time.sleep(0.1)


@pytest.mark.fault
def test_a_step_goes_on_when_the_connection_is_cut_and_the_next_run_follows_it(
    steps: Lab, machine: Machine
) -> None:
    slow = step(steps, "slow", lasts=28)
    process = slow.start()
    wait_until_runs(machine, "slow")
    machine.run("nft", CUT)
    started = time.monotonic()
    try:
        _, said = process.communicate(timeout=60)
        assert time.monotonic() - started < 30
    finally:
        machine.run("nft", "delete table inet test_cut")
    assert process.returncode != 0
    assert "control-1: SSH ended before step slow did" in said

    again = slow.run()
    assert again.code == 0, again
    assert "already running here: following it" in again.err and "second 1\n" in again.err, again.err
    assert noted(machine) == ["begin slow", "end slow"]


@pytest.mark.fault
def test_a_step_goes_on_when_its_operator_is_killed_and_runs_only_once(steps: Lab, machine: Machine) -> None:
    slow = step(steps, "slow", lasts=LONG)
    process = slow.start()
    wait_until_runs(machine, "slow")
    kill(process)
    again = slow.run()
    assert again.code == 0 and "following it" in again.err, again
    assert noted(machine) == ["begin slow", "end slow"]


@pytest.mark.fault
def test_the_same_step_started_twice_at_once_runs_once(steps: Lab, machine: Machine) -> None:
    same = step(steps, "same", lasts=6)
    processes = [same.start() for _ in range(3)]
    for process in processes:
        _, said = process.communicate(timeout=LONGEST)
        assert process.returncode == 0 and "second 6" in said, said
    assert noted(machine) == ["begin same", "end same"]


@pytest.mark.fault
def test_different_steps_at_once_run_one_after_the_other(steps: Lab, machine: Machine) -> None:
    names = ("one", "two", "three")
    processes = [step(steps, name, lasts=4).start() for name in names]
    said = [process.communicate(timeout=LONGEST)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert sum("waiting for step" in text for text in said) == 2
    lines = noted(machine)
    assert all(lines[i + 1] == lines[i].replace("begin", "end") for i in range(0, 6, 2)), lines


def test_the_same_inputs_again_do_nothing_and_other_inputs_do(steps: Lab, machine: Machine) -> None:
    first = step(steps, "inputs", lasts=0)
    assert first.run().code == 0
    with expect_untouched(machine):
        again = first.run()
    assert again.code == 0 and again.err == ""
    assert step(steps, "inputs", lasts=1).run().code == 0
    assert noted(machine) == ["begin inputs", "end inputs"] * 2


@pytest.mark.fault
def test_a_failing_step_says_why_and_runs_again(steps: Lab, machine: Machine) -> None:
    bad = step(steps, "bad", lasts=1, end="badly")
    for _ in range(2):
        result = bad.run()
        assert result.code != 0
        assert "second 1\nerror: the disk is made of cheese" in result.err
        assert "/var/lib/metalml/steps/bad/log" in result.err
        assert "error: control-1: step bad failed" in result.err
    assert noted(machine) == ["begin bad"] * 2


@pytest.mark.fault
def test_a_killed_step_says_so_and_the_next_run_starts_it_anew(steps: Lab, machine: Machine) -> None:
    slow = step(steps, "slow", lasts=LONG)
    process = slow.start()
    wait_until_runs(machine, "slow")
    machine.run("systemctl", "kill", "--signal", "KILL", "metalml-step.service")
    _, said = process.communicate(timeout=LONGEST)
    assert process.returncode != 0
    assert "step slow was stopped before its end" in said
    assert slow.run().code == 0
    assert noted(machine) == ["begin slow", "begin slow", "end slow"]


def test_a_step_runs_for_a_user_with_sudo(steps: Lab, machine: Machine) -> None:
    machine.give_login("somebody")
    machine.write("/etc/sudoers.d/somebody", "somebody ALL=(ALL) NOPASSWD: ALL\n", mode="0440")
    result = step(steps, "sudo").run({"METALML_USER": "somebody"})
    assert result.code == 0, result.err
    assert noted(machine) == ["begin sudo", "end sudo"]


def end_well(process: subprocess.Popen[str], _: Machine) -> None:
    assert process.wait(timeout=LONGEST) == 0


def end_badly(process: subprocess.Popen[str], _: Machine) -> None:
    assert process.wait(timeout=LONGEST) == 1


def kill_unit(process: subprocess.Popen[str], machine: Machine) -> None:
    machine.run("systemctl", "kill", "--signal", "KILL", "metalml-step.service")
    assert process.wait(timeout=LONGEST) == 1


def kill_operator(process: subprocess.Popen[str], machine: Machine) -> None:
    kill(process)
    while machine.succeeds("systemctl", "is-active", "--quiet", "metalml-step.service"):
        time.sleep(0.2)


@pytest.mark.fault
@pytest.mark.parametrize("ending", [end_well, end_badly, kill_unit, kill_operator])
def test_a_steps_secret_is_in_no_process_list_on_no_disk_and_gone_when_it_ends(
    steps: Lab, machine: Machine, ending: Callable[[subprocess.Popen[str], Machine], None]
) -> None:
    secret = secrets.token_hex(16)
    halves = (secret[:16], secret[16:])
    end = "badly" if ending is end_badly else "well"
    # Long enough for two searches on a busy computer: eight seconds were not.
    lasts = 60 if ending is kill_unit else 20
    process = step(steps, "secret", lasts=lasts, end=end, secret=secret).start()
    wait_until_runs(machine, "secret")
    assert machine.script("find-secret.sh", *halves) == "/run/metalml/secrets/secret/token"
    assert machine.script("find-secret.sh", *halves, "disk") == ""
    ending(process, machine)
    assert machine.script("find-secret.sh", *halves) == ""
    assert "has a token of 32 letters" in machine.run("cat", "/var/lib/metalml/steps/secret/log")


def test_another_secret_alone_does_not_run_a_finished_step_again(steps: Lab, machine: Machine) -> None:
    assert step(steps, "secret", secret="one").run().code == 0
    assert step(steps, "secret", secret="two").run().code == 0
    assert noted(machine) == ["begin secret", "end secret"]
