"""What a dashboard is made of: as much of Grafana as the dashboards here need."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Columns of Grafana's grid.
COLUMNS = 24
# Grafana's limit; the uid is a part of the dashboard's address.
UID = re.compile(r"[a-z0-9-]{1,40}")


class Kind(StrEnum):
    """Ways to show figures; the values are Grafana's names of its panels."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    GAUGE = "gauge"


class Unit(StrEnum):
    """How figures are written; the values are Grafana's names of its units."""

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
    """From which values on a figure has another color; below all of them it has the color `low`."""

    low: str = "green"
    steps: Sequence[tuple[float, str]] = ()

    def __post_init__(self) -> None:
        values = [value for value, _ in self.steps]
        if values != sorted(values):
            raise ValueError(f"steps {values} must rise")


def alarming(orange: float, red: float) -> Thresholds:
    """The more, the worse."""
    return Thresholds(steps=((orange, "orange"), (red, "red")))


@dataclass(frozen=True, kw_only=True)
class Query:
    """A PromQL expression, and what its series are called.

    Variables are written as in Grafana: `$model` where a matcher says `=~`, since a variable may be any of
    several values, and `$__rate_interval` for the range of rates.
    """

    expression: str
    legend: str = ""
    """With labels in double braces. In a table: the title of the column."""
    unit: str | None = None
    """In a table: of the column; None: the panel's."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Figures in one frame."""

    kind: Kind
    title: str
    queries: Sequence[Query]
    unit: str = Unit.COUNT
    """One of Unit, or `currency:` and how the currency is written."""
    description: str = ""
    """What a reader has to know who did not write the queries."""
    width: int = 12
    """Columns of COLUMNS."""
    thresholds: Thresholds | None = None
    least: float | None = None
    most: float | None = None
    """Ends of the axis; None: as the figures are."""

    def __post_init__(self) -> None:
        if not 1 <= self.width <= COLUMNS:
            raise ValueError(f"width of {self.title!r} must be 1 to {COLUMNS}, got {self.width}")
        if not self.queries:
            raise ValueError(f"{self.title!r} has no query")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Panels under one heading, which go on in the next line where there is no room."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A choice at the top: any, some or all values that a label has."""

    name: str
    title: str
    series: str
    """Whose label it is; may have the variables before it."""
    label: str


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One page of panels."""

    uid: str
    """For ever: links from alerts lead there."""
    title: str
    rows: Sequence[Row]
    variables: Sequence[Variable] = ()
    hours: int = 6
    """How far it looks back when it is opened."""

    def __post_init__(self) -> None:
        if not UID.fullmatch(self.uid):
            raise ValueError(f"uid {self.uid!r} must be at most 40 of a-z 0-9 -")

    @property
    def panels(self) -> Sequence[Panel]:
        """All panels, in the order of reading."""
        return [panel for row in self.rows for panel in row.panels]
