"""The queries of dashboards with interpolated variables, for use without Grafana."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.monitoring.dashboards.vocabulary import Dashboard

# The value of a variable for All.
ALL = ".+"
# Grafana's global variables: four scrape intervals, and the selected time range.
BUILT_IN = {"__rate_interval": "2m", "__range": "1h"}
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, kw_only=True)
class FilledQuery:
    """A query with interpolated variables, and its panel."""

    dashboard: str
    """The uid."""
    panel: str
    """The panel's title; for the query of a variable, its name with a dollar sign."""
    expression: str


def queries(dashboards: Iterable[Dashboard], chosen: Mapping[str, str] | None = None) -> list[FilledQuery]:
    """All queries, in the order of the dashboards, those of variables first.

    `chosen` has regular expressions by names of variables; other variables match everything.
    """
    return [query for dashboard in dashboards for query in _of(dashboard, chosen or {})]


def _of(dashboard: Dashboard, chosen: Mapping[str, str]) -> Iterator[FilledQuery]:
    values = {**BUILT_IN, **{one.name: chosen.get(one.name, ALL) for one in dashboard.variables}}

    def filled(where: str, expression: str) -> FilledQuery:
        # KeyError for an undefined variable, which Grafana would leave as it is.
        text = _VARIABLE.sub(lambda found: values[found[1]], expression)
        return FilledQuery(dashboard=dashboard.uid, panel=where, expression=text)

    for one in dashboard.variables:
        yield filled(f"${one.name}", f"group by ({one.label}) ({one.series})")
    for panel in dashboard.panels:
        for query in panel.queries:
            yield filled(panel.title, query.expression)
