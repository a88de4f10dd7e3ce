"""Alerts besides those that every monitored cluster has."""

from pydantic import Field

from settings.alerts import Severity
from settings.base import Items, Model
from settings.fields import AlertName, Duration, HttpUrl, Label, MetricLabel, PageUrl, Text


class AlertSettings(Model):
    """An alert of your own."""

    name: AlertName
    expr: Text  # PromQL: who is told whenever it has a result
    holds: Duration | None = None  # how long it must have one first
    severity: Severity = Severity.WARNING
    team: Label | None = None  # who is told; None: whoever looks after the platform
    summary: Text  # one line; {{ $labels.<name> }} and {{ $value }} are filled in
    description: Text
    runbook: PageUrl  # the page that says what to do: without one nobody is woken
    labels: dict[MetricLabel, Text] = Field(default_factory=dict)


class RulesSettings(Model):
    """What alerts say, and which there are besides ours."""

    # Where docs/runbooks of this repository can be read by whoever is woken; None: alerts name the path only.
    runbooks: HttpUrl | None = None
    alerts: Items[AlertSettings] = ()
