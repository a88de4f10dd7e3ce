"""Rules as values, and the `spec` of a PrometheusRule that is made of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.monitoring.dashboards.links import dashboard_url
from settings.alerts import ALERT_NAME, DURATION, PLATFORM_TEAM, RUNBOOKS, Severity

RECORD_NAME = re.compile(r"[a-z_][a-z0-9_]*(:[a-z0-9_]+)+")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A series that is computed once and read often."""

    name: str
    """`<what it is about>:<figure>:<how>`; the colons tell it from what was scraped."""
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not RECORD_NAME.fullmatch(self.name):
            raise ValueError(f"record {self.name!r} must be parts of a-z 0-9 _ with colons between them")
        _require_text(f"record {self.name}", "expr", self.expr)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A condition that somebody has to hear of, and what they read then.

    The texts are Prometheus' templates: `{{ $labels.pod }}`, `{{ $value | humanizePercentage }}`.
    """

    name: str
    expr: str
    for_: str | None = None
    """How long it must hold before anybody hears of it, such as 5m; None: not at all."""
    severity: Severity
    summary: str
    """One line."""
    description: str
    """What it means, with the figures."""
    team: str = PLATFORM_TEAM
    """Who gets it; a template, too."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Besides `severity` and `team`."""
    runbook: str = ""
    """Address of the page that says what to do. Empty: docs/runbooks/<name>.md, which has to be there."""
    dashboard: str = ""
    """The uid of the dashboard that shows more."""

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
    """Rules that are computed one after the other, so that a later one sees what an earlier one made."""

    name: str
    rules: Sequence[Alert | Record]

    def __post_init__(self) -> None:
        _require_text("group", "name", self.name)
        if not self.rules:
            raise ValueError(f"group {self.name} has no rules")


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where what alerts refer to can be read; addresses without a slash at the end."""

    runbooks: str
    """Of the pages in docs/runbooks."""
    dashboards: str = ""
    """Of Grafana; empty where there is none."""


def rule_spec(groups: Iterable[Group], links: Links) -> dict[str, Any]:
    """The `spec` of a PrometheusRule with these groups."""
    return {
        "groups": [
            {"name": group.name, "rules": [_rule(rule, links) for rule in group.rules]} for group in groups
        ]
    }


def team_of_namespace(teams: Iterable[str]) -> str:
    """The `team` of an alert whose series have a namespace: the team that has it, or the platform's.

    `teams` are the names of the teams, which are those of their namespaces.
    """
    names = "|".join(sorted(teams))
    if not names:
        return PLATFORM_TEAM
    # DNS labels have nothing that a regular expression would take for more than itself.
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
