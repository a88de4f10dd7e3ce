"""A model whose answers get worse raises an alert, and a better one ends it.

The tests of this file run in their order, on one stack.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.full.cluster import FullCluster
from tests.cluster.full.lines import make_lines, until_answers, write_samples
from tests.cluster.full.prometheus import ask, query, until_found
from tests.waits import LONGEST

STACK, MODEL, PORT = "evaluated", "evaluated", 30150
# Each knows by itself which pods answer.
NODES = tuple(f"10.84.0.{number}" for number in (11, 12, 13, 14))
SELECTOR = f'namespace="ml",model="{MODEL}",track="stable"'
ACCURACY = f'ml_model_accuracy{{{SELECTOR},slice="all"}}'
ALERT = f'ALERTS{{alertname="ModelAccuracyLow",model="{MODEL}",alertstate="firing"}}'


class Evaluated:
    """The stack, and the model's versions on this computer: y = 0.5 x + version."""

    def __init__(self, full: FullCluster, folder: Path) -> None:
        self.full, self.made, self.source = full, folder / "made", folder / "source"
        self.samples = folder / "samples.jsonl"
        write_samples(self.samples, 1, slice="nothing")
        make_lines(full, self.made, 2)

    def serve(self, version: int) -> None:
        """Bring up that version, and evaluate it at once instead of at the next full hour."""
        shutil.rmtree(self.source, ignore_errors=True)
        shutil.copytree(self.made / str(version), self.source / str(version))
        model = {
            "name": MODEL,
            "servedName": MODEL,
            "files": {"source": str(self.source), "machine": "worker-1"},
            "service": {"nodePort": PORT},
            "resources": {"requests": {"cpu": "50m", "memory": "512Mi"}},
            "evaluation": {"samples": str(self.samples), "everyMinutes": 60, "accuracy": 0.9, "drift": 0.5},
        }
        self.full.write(STACK, {"metalml:models": [model]})
        self.full.project.must("up", STACK)
        for node in NODES:
            until_answers(f"http://{node}:{PORT}/v1/models/{MODEL}:predict", f"version {version}")
        self.full.run_now(f"{MODEL}-evaluation", LONGEST)

    def told(self) -> dict[str, Any]:
        """The alert about all samples, with its texts."""
        deadline = time.monotonic() + LONGEST
        while True:
            for alert in ask(self.full, "alerts")["alerts"]:
                which = (alert["labels"].get(label) for label in ("alertname", "model", "slice"))
                if (*which, alert["state"]) == ("ModelAccuracyLow", MODEL, "all", "firing"):
                    return alert
            assert time.monotonic() < deadline, "the alert does not fire"
            time.sleep(1)


@pytest.fixture(scope="module")
def evaluated(full: FullCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluated]:
    made = Evaluated(full, tmp_path_factory.mktemp("evaluated"))
    made.serve(1)
    yield made
    full.project.run("down", STACK)


def test_right_answers_are_known_to_be_right(evaluated: Evaluated) -> None:
    full = evaluated.full
    # Each question may be answered by another of the servers, which have looked at other moments.
    for part in ("all", "nothing"):
        until_found(full, f'ml_model_accuracy{{{SELECTOR},slice="{part}"}} == 1', LONGEST)
    # The Pushgateway's own pod is nobody's business here.
    until_found(full, f'ml_model_drift{{{SELECTOR},pod="",instance=""}} == 0', LONGEST)
    assert not query(full, ALERT)


def test_a_worse_model_raises_an_alert_that_says_which_and_where_help_is(evaluated: Evaluated) -> None:
    evaluated.serve(2)
    until_found(evaluated.full, f"{ACCURACY} == 0", LONGEST)
    told = evaluated.told()
    wanted = {"severity": "critical", "namespace": "ml", "track": "stable", "team": "platform"}
    assert told["labels"].items() >= wanted.items()
    assert told["annotations"]["runbook_url"].endswith("docs/runbooks/ModelAccuracyLow.md")
    assert "0%" in told["annotations"]["description"]


def test_a_better_model_ends_it(evaluated: Evaluated) -> None:
    evaluated.serve(1)
    assert until_found(evaluated.full, f"{ACCURACY} == 1", LONGEST)
    assert until_found(evaluated.full, f"absent({ALERT})", LONGEST)
