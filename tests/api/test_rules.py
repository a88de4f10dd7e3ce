"""Each alert fires when it should and keeps silent when it should, as the real Prometheus computes it."""

import subprocess
from pathlib import Path

import pytest
import yaml

from components.monitoring.rules.platform import platform_groups
from components.monitoring.rules.values import Alert, Links, rule_spec
from local.bundle.modules import PROMETHEUS
from local.progress import Progress
from tests.api.rules.case import promtool_file
from tests.api.rules.logging import LOGGING
from tests.api.rules.models import GROUPS, MODELS
from tests.api.rules.platform import PLATFORM
from tests.api.rules.work import WORK

CASES = {**PLATFORM, **LOGGING, **WORK, **MODELS}
ALL = [*platform_groups(["vision", "research"]), *GROUPS]
LINKS = Links(runbooks="https://example.com/runbooks", dashboards="https://grafana.example.com")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the rules are in Prometheus' own form."""
    made = tmp_path_factory.mktemp("rules")
    (made / "rules.yaml").write_text(yaml.safe_dump(rule_spec(ALL, LINKS)))
    return made


@pytest.fixture(scope="session")
def promtool() -> Path:
    return PROMETHEUS.build(Progress()).path("promtool")


def _run(promtool: Path, *arguments: str | Path) -> str:
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_reads_every_rule(promtool: Path, folder: Path) -> None:
    # Lint, which fails nothing, would take alerts of two models for one: whose they are is in their series.
    told = _run(promtool, "check", "rules", "--lint=none", folder / "rules.yaml")
    assert f"SUCCESS: {sum(len(group.rules) for group in ALL)} rules found" in told


def test_no_alert_goes_untried() -> None:
    assert {rule.name for group in ALL for rule in group.rules if isinstance(rule, Alert)} == CASES.keys()


def test_each_fires_when_it_should_and_only_then(promtool: Path, folder: Path) -> None:
    # In one run: a start of promtool takes longer than what it has to compute.
    file = folder / "tests.yaml"
    file.write_text(yaml.safe_dump(promtool_file(CASES, "rules.yaml")))
    assert "SUCCESS" in _run(promtool, "test", "rules", file)


def test_the_message_says_which_model_and_where_help_is(promtool: Path, folder: Path) -> None:
    """Word for word, by the example of one; promtool compares all labels and annotations."""
    case, page = CASES["ModelDown"], "https://example.com/runbooks/ModelDown.md"
    labels = {**case.says, "team": "vision"}
    told = {
        "summary": "Nobody answers for model resnet (next) in vision",
        "description": "No pod of Deployment resnet-next is available: every prediction fails.",
        "runbook_url": page,
        "dashboard_url": "https://grafana.example.com/d/models"
        "?var-namespace=vision&var-model=resnet&var-track=next",
    }
    test = {
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in case.fires.items()],
        "alert_rule_test": [
            {
                "alertname": "ModelDown",
                "eval_time": case.at,
                "exp_alerts": [{"exp_labels": labels, "exp_annotations": told}],
            }
        ],
    }
    file = folder / "message.yaml"
    file.write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]}))
    assert "SUCCESS" in _run(promtool, "test", "rules", file)
