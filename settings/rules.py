"""Alerts besides those that every monitored cluster has."""

from pydantic import Field

from settings.alerts import Severity
from settings.base import Items, Model
from settings.fields import AlertName, Duration, HttpUrl, Label, MetricLabel, PageUrl, Text


class AlertSettings(Model):
    """An alert of your own."""

    name: AlertName
    """Name of the alert; not one of those in docs/runbooks."""

    expr: Text
    """PromQL. The alert fires whenever it has a result."""

    holds: Duration | None = None
    """How long it must have a result first. `null`: the first one will do."""

    severity: Severity = Severity.WARNING
    """How soon somebody has to look."""

    team: Label | None = None
    """Team that is told. `null`: whoever looks after the platform."""

    summary: Text
    """What happened, in one line; `{{ $labels.<name> }}` and `{{ $value }}` are filled in."""

    description: Text
    """What happened, in more words; filled in as the summary is."""

    runbook: PageUrl
    """The page that says what to do: without one nobody is woken."""

    labels: dict[MetricLabel, Text] = Field(default_factory=dict)
    """More labels of the alert."""


class RulesSettings(Model):
    """What alerts say, and which there are besides ours."""

    runbooks: HttpUrl | None = None
    """Address at which docs/runbooks of this repository can be read by whoever is woken.

    `null`: alerts name the path only.
    """

    alerts: Items[AlertSettings] = ()
    """Alerts of your own (docs/monitoring-rules.md)."""
