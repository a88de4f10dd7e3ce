"""Dashboards, rows, panels, queries and variables: the subset of Grafana's model in use here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Columns of Grafana's dashboard grid.
COLUMNS = 24
# Grafana's limit of 40 characters; the uid is part of the dashboard's URL.
UID = re.compile(r"[a-z0-9-]{1,40}")


class Kind(StrEnum):
    """Visualizations; the values are Grafana's panel types."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    GAUGE = "gauge"


class Unit(StrEnum):
    """Units of values; the values are Grafana's unit ids."""

    COUNT = "short"
    SHARE = "percentunit"  # 1 is 100 %
    PERCENT = "percent"  # 100 is 100 %
    SECONDS = "s"
    BYTES = "bytes"
    BYTES_PER_SECOND = "Bps"
    PER_SECOND = "cps"
    REQUESTS_PER_SECOND = "reqps"
    CELSIUS = "celsius"
    WATT = "watt"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Thresholds: (value, color) in ascending order; below the first step, the color is `low`."""

    low: str = "green"
    steps: Sequence[tuple[float, str]] = ()

    def __post_init__(self) -> None:
        values = [value for value, _ in self.steps]
        if values != sorted(values):
            raise ValueError(f"steps {values} must rise")


def alarming(orange: float, red: float) -> Thresholds:
    """Thresholds of values for which higher is worse."""
    return Thresholds(steps=((orange, "orange"), (red, "red")))


@dataclass(frozen=True, kw_only=True)
class Query:
    """A PromQL expression and the legend of its series.

    Variables have Grafana's syntax: `$model` with the matcher `=~`, since variables are multi-value, and
    `$__rate_interval` for the range of rates.
    """

    expression: str
    legend: str = ""
    """Legend format, with labels in double braces. In a table: the title of the column."""
    unit: str | None = None
    """In a table: the unit of the column; None: the panel's unit."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel: a visualization of queries."""

    kind: Kind
    title: str
    queries: Sequence[Query]
    unit: str = Unit.COUNT
    """A Unit, or `currency:` and the currency's symbol."""
    description: str = ""
    """The tooltip of the panel: what the queries do not make obvious."""
    width: int = 12
    """In grid columns, of COLUMNS."""
    thresholds: Thresholds | None = None
    least: float | None = None
    most: float | None = None
    """Minimum and maximum of the axis; None: automatic."""

    def __post_init__(self) -> None:
        if not 1 <= self.width <= COLUMNS:
            raise ValueError(f"width of {self.title!r} must be 1 to {COLUMNS}, got {self.width}")
        if not self.queries:
            raise ValueError(f"{self.title!r} has no query")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row: panels under a heading, which wrap to the next line."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A query variable: a multi-value selection from the values of a label."""

    name: str
    title: str
    series: str
    """The metric with the label; its matchers may use variables defined before."""
    label: str


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard."""

    uid: str
    """Must not change: alerts link to it."""
    title: str
    rows: Sequence[Row]
    variables: Sequence[Variable] = ()
    hours: int = 6
    """The default time range: the last hours."""

    def __post_init__(self) -> None:
        if not UID.fullmatch(self.uid):
            raise ValueError(f"uid {self.uid!r} must be at most 40 of a-z 0-9 -")

    @property
    def panels(self) -> Sequence[Panel]:
        """All panels, in the order of reading."""
        return [panel for row in self.rows for panel in row.panels]
