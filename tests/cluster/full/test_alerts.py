"""Somebody is told when a model answers no more: soon, once, with all that they need, and of its end.

One of the three Alertmanagers is down when it happens; tests/api/test_alertmanager.py has all other cases.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.monitoring.alerting.configuration import GROUP_INTERVAL, TEMPLATES
from components.monitoring.names import NAMESPACE
from local.bundle.modules import ALERTMANAGER
from local.progress import Progress
from tests.cluster.full.cluster import FullCluster
from tests.waits import LONGEST

TEAM, MODEL = "research", "watched"
RECEIVER = Path(__file__).with_name("alert_receiver.yaml")
ADDRESS = f"/api/v1/namespaces/{TEAM}/services/alerts:8080/proxy/"
# Seconds. What the rule waits, and what the issue gives to scrape, evaluation and grouping.
HOLDS, TOLD_WITHIN = 60, 90
# Seconds: a start of the server, a scrape, a look at the rules, then the next message of the group.
RESOLVED = 90 + GROUP_INTERVAL
GONE = "alertmanager-main-0"


class Receiver:
    """The messages that arrived."""

    def __init__(self, full: FullCluster) -> None:
        self.full = full

    def told(self, status: str) -> list[dict[str, Any]]:
        """Those about the model, of one status."""
        messages = json.loads(self.full.kubectl("get", "--raw", ADDRESS))
        return [
            one
            for one in messages
            if one["message"]["groupLabels"] == {"alertname": "ModelDown", "namespace": TEAM, "model": MODEL}
            and one["message"]["status"] == status
        ]

    def until_told(self, status: str, seconds: float) -> dict[str, Any]:
        """The first message of that status."""
        deadline = time.monotonic() + seconds
        while not (found := self.told(status)):
            assert time.monotonic() < deadline, self.full.kubectl("get", "--raw", ADDRESS)
            time.sleep(1)
        return found[0]


@pytest.fixture(scope="module")
def receiver(full: FullCluster) -> Iterator[Receiver]:
    """A model of the team, and a pod that is sent its alerts."""
    program = RECEIVER.with_suffix(".py")
    full.kubectl("create", "configmap", "alerts", "-n", TEAM, f"--from-file={program}")
    full.kubectl("apply", "-f", str(RECEIVER))
    model = {
        "name": MODEL,
        "namespace": TEAM,
        "servedName": MODEL,
        "files": {"source": ".local/models/half_plus_two", "machine": "worker-2"},
        "service": {"nodePort": 30171},
        "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}},
    }
    try:
        with full.models(MODEL, {"metalml:models": [model]}):
            full.kubectl("wait", "-n", TEAM, "pod/alerts", "--for=condition=Ready", f"--timeout={LONGEST}s")
            yield Receiver(full)
    finally:
        full.kubectl("delete", "-f", str(RECEIVER))
        full.kubectl("delete", "configmap", "alerts", "-n", TEAM)


@pytest.fixture
def one_down(full: FullCluster) -> Iterator[None]:
    """One Alertmanager is gone, and does not come back as long as its pod's end is held up."""
    hold_up(full, "metalml.test/gone")
    try:
        full.kubectl("delete", "pod", GONE, "-n", NAMESPACE, "--grace-period=1", "--wait=false")
        ended = "--for=jsonpath={.status.containerStatuses[?(@.name=='alertmanager')].state.terminated}"
        full.kubectl("wait", "pod", GONE, "-n", NAMESPACE, ended, f"--timeout={LONGEST}s")
        yield
    finally:
        hold_up(full)


def hold_up(full: FullCluster, *finalizers: str) -> None:
    patch = json.dumps({"metadata": {"finalizers": finalizers}})
    full.kubectl("patch", "pod", GONE, "-n", NAMESPACE, "--type=merge", "--patch", patch)


def scale(full: FullCluster, replicas: int) -> None:
    full.kubectl("scale", "deployment", MODEL, "-n", TEAM, f"--replicas={replicas}")


def rendered(message: dict[str, Any], folder: Path) -> str:
    """The text that people get, as Alertmanager makes it."""
    data = folder / "message.json"
    data.write_text(json.dumps(message))
    command = [
        ALERTMANAGER.build(Progress()).path("amtool"),
        "template",
        "render",
        f"--template.glob={TEMPLATES}",
        '--template.text={{ template "metalml.text" . }}',
        f"--template.data={data}",
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_model_without_pods_is_told_once_with_every_field_and_its_end(
    receiver: Receiver, one_down: None, tmp_path: Path
) -> None:
    full = receiver.full
    began = time.time()
    scale(full, 0)
    first = receiver.until_told("firing", HOLDS + TOLD_WITHIN)
    assert first["at"] - began < HOLDS + TOLD_WITHIN
    lines = dict(
        line.split(": ", 1) for line in rendered(first["message"], tmp_path).splitlines() if ": " in line
    )
    wanted = {"model": MODEL, "track": "stable", "namespace": TEAM, "team": TEAM, "severity": "critical"}
    assert lines.items() >= wanted.items()
    assert lines["runbook"].endswith("/ModelDown.md")
    assert lines["graph"].startswith("http")
    scale(full, 1)
    receiver.until_told("resolved", RESOLVED)
    # By now another, which waits half a minute for those before it, would have told it, too.
    assert len(receiver.told("firing")) == 1
