"""Nobody is woken by an alert that does not say what to do, and every alert reaches its team."""

import re
from typing import Any

import pytest

from components.monitoring.rules.platform import platform_groups
from components.monitoring.rules.values import Alert, Group, Links, Record, rule_spec, team_of_namespace
from settings.alerts import RUNBOOKS, Severity
from settings.objectives import LatencySettings, ObjectivesSettings

LINKS = Links(runbooks="https://example.com/runbooks", dashboards="https://grafana.example.com")
MINIMUM: dict[str, Any] = {
    "name": "ModelDown",
    "expr": "up == 0",
    "severity": Severity.CRITICAL,
    "summary": "It is down",
    "description": "Nothing answers.",
}


def alert(**changes: Any) -> Alert:
    return Alert(**{**MINIMUM, **changes})


def rendered(**changes: Any) -> dict[str, Any]:
    spec = rule_spec([Group(name="a", rules=[alert(**changes)])], LINKS)
    return spec["groups"][0]["rules"][0]


def test_an_alert_leads_to_its_page_and_its_dashboard():
    assert rendered(for_="5m", dashboard="cluster", labels={"window": "1h"}) == {
        "alert": "ModelDown",
        "expr": "up == 0",
        "for": "5m",
        "labels": {"severity": "critical", "team": "platform", "window": "1h"},
        "annotations": {
            "summary": "It is down",
            "description": "Nothing answers.",
            "runbook_url": "https://example.com/runbooks/ModelDown.md",
            "dashboard_url": "https://grafana.example.com/d/cluster",
        },
    }
    assert rendered()["annotations"]["dashboard_url"] == ""


def test_an_alert_without_a_page_is_refused():
    with pytest.raises(ValueError, match=r"docs/runbooks/Unheard\.md"):
        alert(name="Unheard")
    own = rendered(name="Unheard", runbook="https://wiki.example.com/unheard")
    assert own["annotations"]["runbook_url"] == "https://wiki.example.com/unheard"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "modelDown"}, "LikeThis"),
        ({"expr": " "}, "expr"),
        ({"summary": ""}, "summary"),
        ({"description": ""}, "description"),
        ({"team": ""}, "team"),
        ({"for_": "5 minutes"}, "such as 5m"),
        ({"labels": {"severity": "info"}}, "severity"),
    ],
)
def test_an_alert_that_would_be_lost_or_empty_is_refused_by_name(changes: dict[str, Any], says: str):
    with pytest.raises(ValueError, match=says):
        alert(**changes)


def test_a_recorded_series_cannot_be_taken_for_a_scraped_one():
    assert Record(name="model:requests:rate5m", expr="1").name
    with pytest.raises(ValueError, match="colons"):
        Record(name="requests", expr="1")


def test_a_group_has_rules():
    with pytest.raises(ValueError, match="no rules"):
        Group(name="empty", rules=[])


def test_what_happens_in_a_teams_namespace_is_told_the_team():
    assert team_of_namespace([]) == "platform"
    assert team_of_namespace(["vision", "research"]) == (
        '{{ if match "^(research|vision)$" $labels.namespace }}{{ $labels.namespace }}'
        "{{ else }}platform{{ end }}"
    )


def test_every_page_belongs_to_an_alert_and_leads_to_pages_that_are_there():
    pages = {page.stem: page.read_text() for page in RUNBOOKS.glob("*.md")}
    ours = {rule.name for group in platform_groups([]) for rule in group.rules if isinstance(rule, Alert)}
    of_models = {
        "ModelAvailabilityBurn",
        "ModelLatencyBurn",
        "ModelAccuracyLow",
        "ModelDrift",
        "ModelEvaluationMissing",
    }
    assert pages.keys() == ours | of_models
    for name, text in pages.items():
        assert text.startswith(f"# {name}\n\n"), name
        assert set(re.findall(r"\]\((\w+)\.md\)", text)) <= pages.keys(), name


def test_alerts_that_wake_somebody_wait_at_least_a_minute_or_for_what_does_not_mend_itself():
    at_once = {
        rule.name
        for group in platform_groups([])
        for rule in group.rules
        if isinstance(rule, Alert) and rule.severity is Severity.CRITICAL and rule.for_ is None
    }
    assert at_once == {"GpuXidError", "GpuMemoryBroken"}


@pytest.mark.parametrize("percent", [0.95, 93.0, 100.0])
def test_an_objective_that_could_never_be_missed_or_met_is_refused(percent: float):
    with pytest.raises(ValueError, match=r"equal to 94|less than 100"):
        ObjectivesSettings(availability_percent=percent)
    with pytest.raises(ValueError, match=r"equal to 94|less than 100"):
        LatencySettings(milliseconds=100, percent=percent)


def test_a_latency_is_one_that_the_server_can_tell():
    with pytest.raises(ValueError, match="milliseconds"):
        LatencySettings(milliseconds=0)
