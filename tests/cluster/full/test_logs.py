"""What pods of a real node write arrives, whatever happens on the way; stand-ins as in tests/logs.

The files are containerd's, and the kubelet rotates them.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.model_server.build import REFERENCE
from tests.cluster.full.cluster import FullCluster
from tests.logs.back_end import BackEnd
from tests.logs.conftest import Collectors, back_end, collectors, rsyslog_root
from tests.logs.scenario import AWAY, KILLS, LINES, back_end_away_and_collector_killed
from tests.waits import LONGEST

__all__ = ["back_end", "collectors", "rsyslog_root"]

SCRIPT = Path(__file__).with_name("write_lines.py")
MACHINE, PODS = "worker-2", 2
# Bytes and lines in a second of each pod: a file has the kubelet's 10 MiB after half of the time.
SIZE, PER_SECOND = 380, 1000
MEBIBYTE = 2**20


@pytest.fixture
def node_pods(full: FullCluster) -> Path:
    """/var/log/pods of the machine, as its processes see it."""
    command = ["podman", "inspect", "--format", "{{.State.Pid}}", full.machine(MACHINE)]
    process = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Path(f"/proc/{process}/root/var/log/pods")


@pytest.fixture
def writers(full: FullCluster) -> Iterator[list[str]]:
    """Names for the pods, which are gone at the end."""
    names = [f"writer-{number}" for number in range(PODS)]
    yield names
    full.kubectl("delete", "pod", *names, "--namespace", "ml", "--ignore-not-found", "--wait=false")


def test_no_line_of_pods_is_lost_while_the_back_end_is_away_and_the_collector_killed(
    full: FullCluster,
    back_end: BackEnd,
    collectors: Collectors,
    node_pods: Path,
    writers: list[str],
    capsys: pytest.CaptureFixture,
) -> None:
    collector = collectors(node_pods, 4096 * MEBIBYTE)

    def write() -> None:
        for number, name in enumerate(writers):
            full.project.apply(_writer(name, number * LINES // PODS))

    def written() -> None:
        deadline = time.monotonic() + LONGEST
        for name in writers:
            while (phase := full.get("pod", name)["status"]["phase"]) != "Succeeded":
                assert phase != "Failed", full.kubectl("logs", name, "--namespace", "ml", "--tail", "5")
                assert time.monotonic() < deadline, f"the pod {name} is {phase}"
                time.sleep(1)

    found = back_end_away_and_collector_killed(back_end, collector, write, written)
    rotated = list(node_pods.glob("ml_writer-*/*/0.log.*"))
    with capsys.disabled():
        print(
            f"\n{LINES} lines of {PODS} pods, back end away {AWAY} s, {KILLS} kills, {len(rotated)} rotations"
            f" by the kubelet, {found.waited_bytes / MEBIBYTE:.0f} MiB waited:"
            f" {LINES - len(found.numbers)} lost, {found.twice} came twice and are there once"
        )
    assert found.numbers == list(range(LINES))
    assert rotated


def _writer(name: str, first: int) -> dict[str, Any]:
    numbers = [str(number) for number in (first, LINES // PODS, PER_SECOND, SIZE)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ml"},
        "spec": {
            "restartPolicy": "Never",
            "nodeSelector": {"kubernetes.io/hostname": MACHINE},
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "writer",
                    "image": REFERENCE,
                    "command": ["/usr/bin/python3", "-c", SCRIPT.read_text(), *numbers],
                    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
