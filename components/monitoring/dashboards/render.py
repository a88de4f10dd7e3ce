"""The JSON model of a dashboard, as Grafana provisions it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from components.monitoring.dashboards.vocabulary import (
    COLUMNS,
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Thresholds,
    Variable,
)

# The last version of the classic JSON model; Grafana 12 and 13 read it without migration.
SCHEMA_VERSION = 42
# The uid of the provisioned data source.
DATA_SOURCE_UID = "prometheus"
DATA_SOURCE = {"type": "prometheus", "uid": DATA_SOURCE_UID}
# Each dashboard links to all dashboards with this tag.
TAG = "metalml"
# Heights of panels, in grid units.
HEIGHTS = {Kind.TIMESERIES: 8, Kind.STAT: 4, Kind.TABLE: 8, Kind.GAUGE: 6}
HEADING = 1
NO_THRESHOLDS = Thresholds()


def grafana_json(dashboard: Dashboard) -> str:
    """The JSON model, as text."""
    model = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        # The next version of the file would overwrite changes in the browser.
        "editable": False,
        "graphTooltip": 1,  # shared crosshair
        "refresh": "1m",
        "time": {"from": f"now-{dashboard.hours}h", "to": "now"},
        "timezone": "browser",
        "links": [
            {
                "type": "dashboards",
                "title": "Dashboards",
                "tags": [TAG],
                "asDropdown": True,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "templating": {"list": [_variable(one) for one in dashboard.variables]},
        "annotations": {"list": []},
    }
    return _one_panel_a_line(model, _panels(dashboard.rows))


def _one_panel_a_line(model: Mapping[str, Any], panels: Iterable[Mapping[str, Any]]) -> str:
    """One line per panel: previews have readable diffs, and the state is half as large as with indents."""
    head = json.dumps(model, indent=2).removesuffix("\n}")
    lines = ",\n".join(json.dumps(panel, separators=(",", ":")) for panel in panels)
    return f'{head},\n  "panels": [\n{lines}\n  ]\n}}\n'


def _variable(variable: Variable) -> Mapping[str, Any]:
    query = f"label_values({variable.series}, {variable.label})"
    return {
        "type": "query",
        "name": variable.name,
        "label": variable.title,
        "datasource": DATA_SOURCE,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "refresh": 2,  # on time range change
        "sort": 1,
        "multi": True,
        "includeAll": True,
        # One short matcher instead of an alternation of all values.
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _panels(rows: Iterable[Row]) -> Iterator[Mapping[str, Any]]:
    number, top = 1, 0
    for row in rows:
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": HEADING},
            "panels": [],
        }
        number, top = number + 1, top + HEADING
        left, height = 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top, height = 0, top + height, 0
            place = {"x": left, "y": top, "w": panel.width, "h": HEIGHTS[panel.kind]}
            yield {"id": number, "gridPos": place, **_panel(panel)}
            number, left, height = number + 1, left + panel.width, max(height, HEIGHTS[panel.kind])
        top += height


def _panel(panel: Panel) -> Mapping[str, Any]:
    made: dict[str, Any] = {
        "type": str(panel.kind),
        "title": panel.title,
        "datasource": DATA_SOURCE,
        "targets": [_target(panel, query, index) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": _columns(panel)},
        "options": _OPTIONS[panel.kind],
    }
    if panel.description:
        made["description"] = panel.description
    if panel.kind is Kind.TABLE:
        made["transformations"] = _as_one_table(panel.queries)
    return made


def _target(panel: Panel, query: Query, index: int) -> Mapping[str, Any]:
    # Only time series need range queries.
    over_time = panel.kind is Kind.TIMESERIES
    return {
        "refId": _letter(index),
        "datasource": DATA_SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend,
        "editorMode": "code",
        "range": over_time,
        "instant": not over_time,
        "format": "table" if panel.kind is Kind.TABLE else "time_series",
    }


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _defaults(panel: Panel) -> Mapping[str, Any]:
    thresholds = panel.thresholds or NO_THRESHOLDS
    steps = [{"color": thresholds.low, "value": None}]
    steps += [{"color": color, "value": value} for value, color in thresholds.steps]
    # Time series differ by color; in other panels thresholds determine the color.
    mode = "palette-classic" if panel.kind is Kind.TIMESERIES else "thresholds"
    made: dict[str, Any] = {
        "unit": str(panel.unit),
        "color": {"mode": mode},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if panel.least is not None:
        made["min"] = panel.least
    if panel.most is not None:
        made["max"] = panel.most
    if panel.kind is Kind.TIMESERIES:
        made["custom"] = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}
    return made


def _columns(panel: Panel) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "matcher": {"id": "byName", "options": query.legend},
            "properties": [{"id": "unit", "value": str(query.unit)}],
        }
        for query in panel.queries
        if query.unit is not None
    ]


def _as_one_table(queries: Sequence[Query]) -> Sequence[Mapping[str, Any]]:
    """Transformations: one row per label set, one column per query."""
    several = len(queries) > 1
    values = [f"Value #{_letter(index)}" if several else "Value" for index in range(len(queries))]
    names = {value: query.legend for value, query in zip(values, queries, strict=True)}
    return [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": names}},
    ]


_NOW = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TIMESERIES: {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    Kind.STAT: {"reduceOptions": _NOW, "colorMode": "value", "graphMode": "none", "textMode": "auto"},
    Kind.GAUGE: {"reduceOptions": _NOW, "showThresholdLabels": False, "showThresholdMarkers": True},
    Kind.TABLE: {"showHeader": True, "cellHeight": "sm"},
}
