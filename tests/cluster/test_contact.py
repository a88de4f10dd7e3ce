"""First contact: what is wrong with a machine is found, and said, before anything is changed on it."""

import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from tests.cluster.machines import SCRIPTS, Lab, Machine, expect_untouched, lab
from tests.cluster.recorded import Result
from tests.cluster.software import Software
from tests.waits import LONGEST

# Answers on a port as a program that stands in the way would.
LISTENER = "test-listener"
DROP = "table inet test_drop { chain input { type filter hook input priority -300; tcp dport 22 drop; }; }"


@pytest.fixture(scope="module")
def contact(software: Software) -> Iterator[Lab]:
    roles = {"control-1": "control-plane", "worker-1": "worker", "worker-2": "worker"}
    with lab("contact", 1, roles, software) as made:
        for machine in made.machines.values():
            # So that the journal has every key that was tried.
            machine.write("/etc/ssh/sshd_config.d/test.conf", "LogLevel VERBOSE\n")
            machine.run("systemctl", "reload", "ssh.service")
        yield made


def look(contact: Lab, name: str, **variables: str) -> Result:
    return contact.command(f"{name}-preflight").run(variables)


def refused(contact: Lab, name: str, **variables: str) -> str:
    """What is said about a machine that must be refused, and stay as it is."""
    with expect_untouched(contact.machines[name]):
        result = look(contact, name, **variables)
    assert result.code != 0, result
    assert name in result.err
    return result.err


@pytest.mark.fault
def test_machines_that_do_not_answer_are_named_within_a_minute_and_the_others_are_unharmed(
    contact: Lab,
) -> None:
    dropped, closed, well = contact.machines.values()
    dropped.run("nft", DROP)
    closed.run("systemctl", "stop", "ssh.service")
    try:
        with expect_untouched(*contact.machines.values()), ThreadPoolExecutor() as pool:
            results = dict(
                zip(
                    contact.machines,
                    pool.map(lambda name: look(contact, name), contact.machines),
                    strict=True,
                )
            )
    finally:
        dropped.run("nft", "delete table inet test_drop")
        closed.run("systemctl", "start", "ssh.service")
    for machine, reason in ((dropped, "timed out"), (closed, "refused")):
        result = results[machine.name]
        assert result.code != 0 and result.seconds < 60, result
        assert f"{machine.name} (root@{machine.address}:22): cannot be reached" in result.err
        assert reason in result.err
    assert results[well.name].code == 0 and results[well.name].seconds < 20, results[well.name]


@pytest.mark.fault
def test_a_wrong_key_is_tried_at_most_twice_and_named(contact: Lab, software: Software) -> None:
    wrong = software.folder / "wrong_key"
    if not wrong.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrong], check=True)
    machine = contact.machines["worker-1"]

    def attempts() -> int:
        return machine.journal("ssh").count("Failed publickey for root")

    before = attempts()
    said = refused(contact, "worker-1", METALML_KEY_FILE=str(wrong))
    assert 1 <= attempts() - before <= 2
    assert f"login refused with the key file {wrong}" in said


@pytest.mark.fault
def test_a_changed_host_key_is_refused_and_nothing_is_run(contact: Lab) -> None:
    machine = contact.machines["worker-1"]
    key = "/etc/ssh/ssh_host_ed25519_key"
    for file in (key, f"{key}.pub"):
        machine.run("mv", file, f"{file}.kept")
    machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    machine.run("systemctl", "restart", "ssh.service")
    before = machine.logins()
    try:
        said = refused(contact, "worker-1")
        assert machine.logins() == before
    finally:
        for file in (key, f"{key}.pub"):
            machine.run("mv", f"{file}.kept", file)
        machine.run("systemctl", "restart", "ssh.service")
    assert "shows another host key than the settings have" in said
    assert look(contact, "worker-1").code == 0


@pytest.mark.fault
def test_sudo_that_asks_for_a_password_is_refused_and_sudo_that_does_not_is_enough(contact: Lab) -> None:
    machine = contact.machines["worker-1"]
    machine.give_login("somebody")
    said = refused(contact, "worker-1", METALML_USER="somebody")
    assert "sudo asks for a password or is not allowed" in said and "NOPASSWD" in said

    machine.write("/etc/sudoers.d/somebody", "somebody ALL=(ALL) NOPASSWD: ALL\n", mode="0440")
    try:
        with expect_untouched(machine):
            result = look(contact, "worker-1", METALML_USER="somebody")
    finally:
        machine.run("rm", "/etc/sudoers.d/somebody")
    assert result.code == 0, result.err


@contextmanager
def another_system(machine: Machine) -> Iterator[None]:
    machine.run("mv", "/etc/os-release", "/etc/os-release.kept")
    machine.write(
        "/etc/os-release", 'ID=fedora\nVERSION_ID=43\nVERSION_CODENAME=""\nPRETTY_NAME="Fedora 43"\n'
    )
    try:
        yield
    finally:
        machine.run("mv", "/etc/os-release.kept", "/etc/os-release")


@contextmanager
def taken_port(machine: Machine) -> Iterator[None]:
    machine.run(
        "systemd-run", "--quiet", "--collect", "--unit", LISTENER, "/usr/sbin/sshd", "-D", "-p", "10250"
    )
    for _ in range(50):
        if machine.run("ss", "-Hltn", "sport = :10250"):
            break
    try:
        yield
    finally:
        machine.run("systemctl", "stop", LISTENER)


@contextmanager
def fast_clock(machine: Machine) -> Iterator[None]:
    # A container has its host's clock: what asks for the time gets another answer.
    machine.write("/usr/local/bin/date", (SCRIPTS / "fake-date.sh").read_text(), mode="0755")
    try:
        yield
    finally:
        machine.run("rm", "/usr/local/bin/date")


@contextmanager
def missing_program(machine: Machine) -> Iterator[None]:
    machine.run("mv", "/usr/sbin/conntrack", "/usr/sbin/conntrack.kept")
    try:
        yield
    finally:
        machine.run("mv", "/usr/sbin/conntrack.kept", "/usr/sbin/conntrack")


FAULTS: dict[str, tuple[Callable[[Machine], AbstractContextManager[None]], str]] = {
    "another system": (another_system, r"runs Fedora 43; supported are Debian 12 and Ubuntu 24\.04"),
    "port in use": (taken_port, r"port 10250 is in use by sshd"),
    "clock": (fast_clock, r"has a clock that is (99|10\d) s off this computer's \(at most 30\)"),
    "missing program": (missing_program, r"lacks the program conntrack"),
}
TOO_MUCH_DISK = 100_000


def with_minimum_disk(contact: Lab, name: str) -> str:
    return re.sub(
        r"MIN_DISK_GIB=\d+", f"MIN_DISK_GIB={TOO_MUCH_DISK}", contact.command(f"{name}-preflight").stdin
    )


@pytest.mark.fault
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_machine_is_said_before_anything_is_changed(contact: Lab, fault: str) -> None:
    cause, expected = FAULTS[fault]
    with cause(contact.machines["worker-1"]):
        said = refused(contact, "worker-1")
    assert re.search(f"worker-1: {expected}", said), said
    assert "nothing was changed" in said


@pytest.mark.fault
def test_too_little_disk_is_said_before_anything_is_changed(contact: Lab) -> None:
    with expect_untouched(contact.machines["worker-1"]):
        result = contact.command("worker-1-preflight").run(stdin=with_minimum_disk(contact, "worker-1"))
    assert result.code != 0
    assert re.search(rf"has \d+ GiB free under /var/lib; at least {TOO_MUCH_DISK} are needed", result.err)


@pytest.mark.fault
def test_everything_that_is_wrong_with_a_machine_is_in_one_report(contact: Lab) -> None:
    machine = contact.machines["worker-1"]
    with ExitStack() as causes:
        for cause, _ in FAULTS.values():
            causes.enter_context(cause(machine))
        with expect_untouched(machine):
            result = contact.command("worker-1-preflight").run(stdin=with_minimum_disk(contact, "worker-1"))
    assert result.code != 0
    for _, expected in FAULTS.values():
        assert re.search(f"worker-1: {expected}", result.err), result.err
    assert "GiB free" in result.err


@contextmanager
def same_name(machine: Machine, other: Machine) -> Iterator[None]:
    machine.run("hostname", other.name)
    try:
        yield
    finally:
        machine.run("hostname", machine.name)


@contextmanager
def same_id(machine: Machine, other: Machine) -> Iterator[None]:
    own = machine.run("cat", "/etc/machine-id")
    machine.write("/etc/machine-id", other.run("cat", "/etc/machine-id") + "\n")
    try:
        yield
    finally:
        machine.write("/etc/machine-id", own + "\n")


@pytest.mark.fault
@pytest.mark.parametrize(("alike", "expected"), [(same_name, "host name"), (same_id, "/etc/machine-id")])
def test_two_machines_that_are_alike_are_found_when_looked_at_together(
    contact: Lab, alike: Callable[[Machine, Machine], AbstractContextManager[None]], expected: str
) -> None:
    pair = ("worker-1", "worker-2")
    first, second = (contact.machines[name] for name in pair)
    for name in contact.machines:
        contact.command(f"{name}-preflight").run(delete=True)
    with alike(first, second), expect_untouched(first, second), ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda name: look(contact, name), pair))
    assert sorted(result.code for result in results) == [0, 1], results
    said = next(result.err for result in results if result.code)
    assert expected in said and all(name in said for name in pair), said
    assert [look(contact, name).code for name in pair] == [0, 0]


@contextmanager
def held_apt_lock(machine: Machine) -> Iterator[None]:
    """A real apt that is about to remove a package and never comes to it."""
    unit = "test-apt"
    machine.run(
        *("systemd-run", "--quiet", "--collect", "--unit", unit, "apt-get", "--assume-yes", "remove"),
        *("--option", "DPkg::Pre-Invoke::=sleep 600; exit 1", "ethtool"),
    )
    for _ in range(100):
        if "sleep" in machine.run("ps", "-eo", "comm"):
            break
    try:
        yield
    finally:
        machine.run("systemctl", "stop", unit)


def as_apt_source(contact: Lab, name: str, wait: int) -> str:
    stdin = contact.command(f"{name}-preflight").stdin
    return stdin.replace("NODE_SOURCE=bundle", "NODE_SOURCE=apt") + f"APT_WAIT={wait}\n"


@pytest.mark.fault
def test_an_apt_lock_that_stays_held_ends_with_what_to_look_at(contact: Lab) -> None:
    machine = contact.machines["worker-1"]
    with held_apt_lock(machine), expect_untouched(machine):
        result = contact.command("worker-1-preflight").run(stdin=as_apt_source(contact, "worker-1", wait=4))
    assert result.code != 0
    assert "waiting for another apt or dpkg to end" in result.err
    assert "another apt or dpkg has held its lock for 4 s" in result.err


@pytest.mark.fault
def test_a_released_apt_lock_lets_the_preflight_go_on_and_the_waiting_is_told_at_once(contact: Lab) -> None:
    with held_apt_lock(contact.machines["worker-1"]):
        process = contact.command("worker-1-preflight").start(
            stdin=as_apt_source(contact, "worker-1", wait=60)
        )
        assert process.stderr
        assert "waiting for another apt or dpkg" in process.stderr.readline()
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0 and '"hostname":"worker-1"' in out, err
