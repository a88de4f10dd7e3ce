"""Every query of dashboards as Prometheus gets it, for whoever wants to ask without Grafana."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.monitoring.dashboards.vocabulary import Dashboard

# What a variable matches when all is chosen.
ALL = ".+"
# Grafana's own: four scrapes for rates, and what the reader chose to look at.
BUILT_IN = {"__rate_interval": "2m", "__range": "1h"}
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, kw_only=True)
class FilledQuery:
    """One query without variables, and where it stands."""

    dashboard: str
    """The uid."""
    panel: str
    """The title; of a variable, its name with a dollar sign."""
    expression: str


def queries(dashboards: Iterable[Dashboard], chosen: Mapping[str, str] | None = None) -> list[FilledQuery]:
    """All of them, in the order of the dashboards, those of the variables first.

    `chosen` has regular expressions by the names of variables; the others match everything.
    """
    return [query for dashboard in dashboards for query in _of(dashboard, chosen or {})]


def _of(dashboard: Dashboard, chosen: Mapping[str, str]) -> Iterator[FilledQuery]:
    values = {**BUILT_IN, **{one.name: chosen.get(one.name, ALL) for one in dashboard.variables}}

    def filled(where: str, expression: str) -> FilledQuery:
        # A name that is no variable of the dashboard is a mistake that Grafana would leave as it is.
        text = _VARIABLE.sub(lambda found: values[found[1]], expression)
        return FilledQuery(dashboard=dashboard.uid, panel=where, expression=text)

    for one in dashboard.variables:
        yield filled(f"${one.name}", f"group by ({one.label}) ({one.series})")
    for panel in dashboard.panels:
        for query in panel.queries:
            yield filled(panel.title, query.expression)
