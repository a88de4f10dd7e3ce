"""Workers come with a token of their own and leave nothing; only our kubelets get serving certificates."""

import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.cluster.machines import Lab, Machine, differences
from tests.cluster.recorded import kill
from tests.waits import LONGEST

TOKEN = re.compile(rb"[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9.])")
DROP_SSH = (
    "table inet test_drop { chain input { type filter hook input priority -300; tcp dport 22 drop; }; }"
)
APPROVER = "metalml-approve-serving-certificates.service"


@pytest.fixture
def control(two_nodes: Lab) -> Machine:
    return two_nodes.machines["control-1"]


@pytest.fixture
def spare(two_nodes: Lab) -> Iterator[Machine]:
    """A prepared worker that has not joined; made anew when a test took it out."""
    two_nodes.prepare("worker-2")
    yield two_nodes.machines["worker-2"]
    two_nodes.remove("worker-2")


def nodes(control: Machine) -> list[str]:
    return control.kubectl("get", "nodes", "-o", "name").splitlines()


def tokens(control: Machine) -> list[str]:
    listed = control.kubectl(
        *("-n", "kube-system", "get", "secrets", "-o", "name"),
        *("--field-selector", "type=bootstrap.kubernetes.io/token"),
    )
    return listed.splitlines()


@contextmanager
def no_token_in_any_process_list() -> Iterator[None]:
    """This computer's process list has its own processes and those in all machines."""
    over, found = Event(), []

    def watch() -> None:
        while not over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = path.read_bytes()
                except OSError:
                    continue
                if b"kube" in text or b"ssh" in text or b"bash" in text:
                    found.extend(match.group() for match in TOKEN.finditer(text))

    with ThreadPoolExecutor() as pool:
        watching = pool.submit(watch)
        try:
            yield
        finally:
            over.set()
        watching.result()
    assert found == []


def test_a_worker_joins_without_leaving_its_token_anywhere(
    two_nodes: Lab, control: Machine, spare: Machine
) -> None:
    assert tokens(control) == []
    with no_token_in_any_process_list():
        two_nodes.do("worker-2-join")
    two_nodes.do("worker-2-ready")
    assert "node/worker-2" in nodes(control)
    assert tokens(control) == []
    assert not TOKEN.search(spare.run("cat", "/var/lib/metalml/steps/join/log").encode())


@pytest.mark.fault
def test_a_token_that_expired_before_the_join_is_replaced_by_a_new_one(
    two_nodes: Lab, control: Machine, spare: Machine
) -> None:
    # Another step holds the machine, so that the join waits with its token in hand.
    spare.run("systemd-run", "--quiet", "--collect", "--unit", "metalml-step", "sleep", "600")
    join = two_nodes.command("worker-2-join").start()
    deadline = time.monotonic() + LONGEST
    while not tokens(control):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    first = tokens(control)
    control.kubectl("-n", "kube-system", "delete", *first)
    spare.run("systemctl", "stop", "metalml-step.service")
    _, said = join.communicate(timeout=420)
    assert join.returncode == 0 and "trying once more with a new one" in said, said
    two_nodes.do("worker-2-ready")
    assert tokens(control) == []


@pytest.mark.fault
def test_the_token_of_a_killed_join_is_deleted_by_the_next_one(
    two_nodes: Lab, control: Machine, spare: Machine
) -> None:
    spare.run("systemd-run", "--quiet", "--collect", "--unit", "metalml-step", "sleep", "600")
    join = two_nodes.command("worker-2-join").start()
    deadline = time.monotonic() + LONGEST
    while not tokens(control):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    kill(join)
    spare.run("systemctl", "stop", "metalml-step.service")
    assert tokens(control)
    two_nodes.do("worker-2-join")
    assert tokens(control) == []


def test_a_worker_that_leaves_is_drained_gone_and_as_clean_as_it_came(
    two_nodes: Lab, control: Machine
) -> None:
    machine = two_nodes.machines["worker-2"]
    before = machine.snapshot("content")
    two_nodes.prepare("worker-2")
    two_nodes.do("worker-2-join")
    two_nodes.do("worker-2-ready")
    pods = Path(__file__).with_name("pods.yaml").read_text()
    control.kubectl("apply", "-f", "-", stdin=pods)
    try:
        control.kubectl("rollout", "status", "deployment/test-pods", f"--timeout={LONGEST}s")
        two_nodes.remove("worker-2")
        left = control.kubectl(
            "get", "pods", "-l", "app=test-pods", "-o", "jsonpath={.items[*].spec.nodeName}"
        )
    finally:
        control.kubectl("delete", "-f", "-", stdin=pods)
    assert left == ""
    assert "node/worker-2" not in nodes(control)
    changes = differences(before, machine.snapshot("content"))
    # Data folders stay, empty.
    assert [key for key in changes if not key.startswith("/var/lib/containerd")] == [], changes


@pytest.mark.fault
def test_a_worker_is_removed_within_a_minute_when_its_control_plane_does_not_answer(
    two_nodes: Lab, control: Machine, spare: Machine
) -> None:
    two_nodes.do("worker-2-join")
    control.run("nft", DROP_SSH)
    try:
        result = two_nodes.command("worker-2-join").run(delete=True)
    finally:
        control.run("nft", "delete table inet test_drop")
    assert result.code == 0 and result.seconds < 60, result
    assert "control plane control-1 does not answer: worker-2 is not drained" in result.err


@pytest.mark.fault
def test_a_worker_that_is_gone_leaves_the_cluster_within_a_minute(
    two_nodes: Lab, control: Machine, spare: Machine
) -> None:
    two_nodes.do("worker-2-join")
    two_nodes.do("worker-2-ready")
    subprocess.run(["podman", "stop", "--time", "2", spare.container], check=True, capture_output=True)
    try:
        results = [
            two_nodes.command(f"worker-2-{step}").run(delete=True) for step in ("join", "prepare", "firewall")
        ]
        left = nodes(control)
    finally:
        subprocess.run(["podman", "start", spare.container], check=True, capture_output=True)
        spare.run("systemctl", "is-system-running", "--wait", check=False)
    assert [result.code for result in results] == [0, 0, 0], results
    assert sum(result.seconds for result in results) < 60
    assert "node/worker-2" not in left
    # Its certificate cannot be taken back, and its user is told so.
    assert "before it starts again, erase it or clean it by hand" in results[0].err
    deadline = time.monotonic() + LONGEST
    while "node/worker-2" not in nodes(control):
        assert time.monotonic() < deadline, "it is no node again, and what its user is told is wrong"
        time.sleep(1)


def request(control: Machine, name: str, *, user: str, subject: str, names: str) -> None:
    """Ask for a kubelet's serving certificate, as `user`."""
    control.script("request-certificate.sh", name, user, subject, names)


@pytest.mark.fault
def test_only_requests_of_our_nodes_for_their_own_name_and_address_are_granted(
    two_nodes: Lab, control: Machine
) -> None:
    worker = two_nodes.machines["worker-1"].address
    node = "system:node:worker-1"
    right = {"user": node, "subject": f"/O=system:nodes/CN={node}", "names": f"DNS:worker-1,IP:{worker}"}
    ghost = "system:node:ghost"
    wrong = {
        "foreign-name": {**right, "names": f"DNS:worker-1,DNS:kubernetes.default,IP:{worker}"},
        "foreign-address": {**right, "names": f"DNS:worker-1,IP:{worker},IP:{control.address}"},
        "unknown-node": {"user": ghost, "subject": f"/O=system:nodes/CN={ghost}", "names": "DNS:ghost"},
    }
    try:
        for name, asked in {"right": right, **wrong}.items():
            request(control, f"test-{name}", **asked)
        control.run("systemctl", "start", APPROVER)
        shown = "jsonpath={range .items[*]}{.metadata.name} {.status.conditions[*].type}{'\\n'}{end}"
        granted = {
            line.split()[0]
            for line in control.kubectl("get", "csr", "-o", shown).splitlines()
            if line.startswith("test-") and "Approved" in line
        }
        said = control.journal(APPROVER)
    finally:
        for name in ("right", *wrong):
            control.kubectl("delete", "csr", f"test-{name}", "--ignore-not-found")
    assert granted == {"test-right"}
    for name, reason in {
        "foreign-name": "asks for DNS:kubernetes.default",
        "foreign-address": f"asks for IPAddress:{control.address}",
        "unknown-node": f"no machine of ours: {ghost}",
    }.items():
        assert f"not approved: test-{name}: {reason}" in said, said
