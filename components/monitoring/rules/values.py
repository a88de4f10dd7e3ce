"""Recording and alerting rules as values, and the `spec` of a PrometheusRule with them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.monitoring.dashboards.links import dashboard_url
from settings.alerts import ALERT_NAME, DURATION, PLATFORM_TEAM, RUNBOOKS, Severity

RECORD_NAME = re.compile(r"[a-z_][a-z0-9_]*(:[a-z0-9_]+)+")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A recording rule."""

    name: str
    """`level:metric:operations`; scraped metrics have no colons."""
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not RECORD_NAME.fullmatch(self.name):
            raise ValueError(f"record {self.name!r} must be parts of a-z 0-9 _ with colons between them")
        _require_text(f"record {self.name}", "expr", self.expr)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alerting rule.

    Summary, description and labels may be Prometheus templates: `{{ $labels.pod }}`,
    `{{ $value | humanizePercentage }}`.
    """

    name: str
    expr: str
    for_: str | None = None
    """The rule's `for`: how long the alert is pending before it fires, such as 5m; None: it fires
    immediately."""
    severity: Severity
    summary: str
    """One line."""
    description: str
    """What the alert means, with the measured value."""
    team: str = PLATFORM_TEAM
    """The label `team`, for routing; may be a template."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Besides `severity` and `team`."""
    runbook: str = ""
    """URL of the runbook. Empty: docs/runbooks/<name>.md, which must exist."""
    dashboard: str = ""
    """The uid of the related dashboard; empty: none."""

    def __post_init__(self) -> None:
        if not ALERT_NAME.fullmatch(self.name):
            raise ValueError(f"alert {self.name!r} must be called LikeThis, of letters and digits")
        what = f"alert {self.name}"
        for key in ("expr", "summary", "description", "team"):
            _require_text(what, key, getattr(self, key))
        if self.for_ is not None and not DURATION.fullmatch(self.for_):
            raise ValueError(f"{what}: for {self.for_!r} must be a number and s, m, h or d, such as 5m")
        taken = {"severity", "team", "alertname"} & self.labels.keys()
        if taken:
            raise ValueError(f"{what}: labels may not have {', '.join(sorted(taken))}")
        if not self.runbook and not (RUNBOOKS / f"{self.name}.md").is_file():
            raise ValueError(
                f"{what} has no runbook: write docs/runbooks/{self.name}.md, or give the address of a page"
            )


@dataclass(frozen=True, kw_only=True)
class Group:
    """A rule group: Prometheus evaluates its rules in order, so a rule can use recording rules before it."""

    name: str
    rules: Sequence[Alert | Record]

    def __post_init__(self) -> None:
        _require_text("group", "name", self.name)
        if not self.rules:
            raise ValueError(f"group {self.name} has no rules")


@dataclass(frozen=True, kw_only=True)
class Links:
    """Base URLs of the alerts' links, without a trailing slash."""

    runbooks: str
    """Of the pages in docs/runbooks."""
    dashboards: str = ""
    """Of Grafana; empty without Grafana."""


def rule_spec(groups: Iterable[Group], links: Links) -> dict[str, Any]:
    """The `spec` of a PrometheusRule with these groups."""
    return {
        "groups": [
            {"name": group.name, "rules": [_rule(rule, links) for rule in group.rules]} for group in groups
        ]
    }


def team_of_namespace(teams: Iterable[str]) -> str:
    """A template for the label `team` of alerts with a namespace: the namespace's team, or the platform team.

    `teams` are names of teams, which equal those of their namespaces.
    """
    names = "|".join(sorted(teams))
    if not names:
        return PLATFORM_TEAM
    # Namespaces are DNS labels: they contain no metacharacters of regular expressions.
    return (
        f'{{{{ if match "^({names})$" $labels.namespace }}}}{{{{ $labels.namespace }}}}'
        f"{{{{ else }}}}{PLATFORM_TEAM}{{{{ end }}}}"
    )


def _rule(rule: Alert | Record, links: Links) -> dict[str, Any]:
    if isinstance(rule, Record):
        return {"record": rule.name, "expr": rule.expr} | (
            {"labels": dict(rule.labels)} if rule.labels else {}
        )
    shown = links.dashboards and rule.dashboard and dashboard_url(links.dashboards, rule.dashboard)
    return {
        "alert": rule.name,
        "expr": rule.expr,
        **({"for": rule.for_} if rule.for_ else {}),
        "labels": {"severity": str(rule.severity), "team": rule.team, **rule.labels},
        "annotations": {
            "summary": rule.summary,
            "description": rule.description,
            "runbook_url": rule.runbook or f"{links.runbooks}/{rule.name}.md",
            "dashboard_url": shown,
        },
    }


def _require_text(what: str, key: str, value: str) -> None:
    if not value.strip():
        raise ValueError(f"{what}: {key} must say something")
