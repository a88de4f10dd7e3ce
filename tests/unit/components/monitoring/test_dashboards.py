"""What a dashboard would show wrongly, or not at all; its text is held against what somebody last read.

A snapshot that differs is either a mistake or a change to look at: `METALML_ACCEPT=1 pytest` writes it anew.
"""

import json
import os
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from components.monitoring.dashboards.every import dashboards
from components.monitoring.dashboards.links import dashboard_url
from components.monitoring.dashboards.queries import queries
from components.monitoring.dashboards.render import grafana_json
from components.monitoring.dashboards.vocabulary import (
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Thresholds,
    Unit,
    Variable,
    alarming,
)
from settings.grafana import PricesSettings

SNAPSHOTS = Path(__file__).parent / "snapshots"
PRICES = PricesSettings(currency="EUR", gpu=2.5, part_of_gpu=0.625, cpu_core=0.04, memory_gib=0.005)
ALL = dashboards(PRICES)


def panel(kind: Kind, *expressions: str, **changes: Any) -> Panel:
    asked = [Query(expression=one, legend=f"{{{{{one}}}}}") for one in expressions]
    return Panel(kind=kind, title=f"A {kind}", queries=asked, **changes)


SAMPLE = Dashboard(
    uid="sample",
    title="Sample",
    variables=[
        Variable(name="namespace", title="Namespace", series="up", label="namespace"),
        Variable(name="pod", title="Pod", series='up{namespace=~"$namespace"}', label="pod"),
    ],
    rows=[
        Row(
            title="First",
            panels=[
                panel(Kind.STAT, "a", width=6, thresholds=alarming(1, 2)),
                panel(Kind.GAUGE, "a", unit=Unit.SHARE, least=0, most=1),
                panel(Kind.TIMESERIES, "a", "b", width=8, description="Two of them."),
            ],
        ),
        Row(
            title="Second",
            panels=[
                panel(Kind.TABLE, "a"),
                Panel(
                    kind=Kind.TABLE,
                    title="Two columns",
                    queries=[
                        Query(expression="a", legend="One"),
                        Query(expression="b", legend="Two", unit=Unit.SECONDS),
                    ],
                ),
            ],
        ),
    ],
)


def before(name: str, text: str) -> str:
    """What is written down under that name; the text from now on, where that is accepted."""
    file = SNAPSHOTS / name
    if os.environ.get("METALML_ACCEPT"):
        file.write_text(text)
    return file.read_text()


def panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    return json.loads(grafana_json(dashboard))["panels"]


def test_grafana_reads_what_it_read_before() -> None:
    text = grafana_json(SAMPLE)
    assert text == before("sample.json", text)


def test_the_queries_are_those_that_somebody_has_read() -> None:
    text = "".join(f"{query.dashboard} | {query.panel}\n  {query.expression}\n" for query in queries(ALL))
    assert text == before("queries.txt", text)


@pytest.mark.parametrize("dashboard", [SAMPLE, *ALL], ids=lambda one: one.uid)
def test_no_panel_covers_another(dashboard: Dashboard) -> None:
    places = [one["gridPos"] for one in panels(dashboard)]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


@pytest.mark.parametrize("dashboard", ALL, ids=lambda one: one.uid)
def test_panels_are_told_apart(dashboard: Dashboard) -> None:
    made = panels(dashboard)
    assert len({one["id"] for one in made}) == len(made)
    titles = [one.title for one in dashboard.panels]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("dashboard", ALL, ids=lambda one: one.uid)
def test_lines_and_columns_have_names(dashboard: Dashboard) -> None:
    for one in dashboard.panels:
        if one.kind in (Kind.TIMESERIES, Kind.TABLE):
            assert all(query.legend for query in one.queries), one.title


@pytest.mark.parametrize("dashboard", ALL, ids=lambda one: one.uid)
def test_a_variable_may_be_several_values_at_once(dashboard: Dashboard) -> None:
    names = "|".join(f"\\${one.name}" for one in dashboard.variables) or "none"
    for text in (query.expression for one in dashboard.panels for query in one.queries):
        assert not re.search(f'(?<!~)"({names})"', text), text


def test_a_variable_that_is_none_is_a_mistake() -> None:
    wrong = Dashboard(
        uid="wrong", title="", rows=[Row(title="", panels=[panel(Kind.STAT, 'up{job=~"$jbo"}')])]
    )
    with pytest.raises(KeyError, match="jbo"):
        queries([wrong])


def test_a_choice_is_in_every_query_of_it() -> None:
    asked = queries(ALL, {"model": "ml-model"})
    of_models = [one.expression for one in asked if one.dashboard == "models" and one.panel == "Rate"]
    assert of_models == ['model:requests:rate5m{namespace=~".+",model=~"ml-model",track=~".+"}']
    assert not any("$" in one.expression for one in asked)


def test_without_prices_nobody_is_told_a_cost() -> None:
    assert [one.uid for one in dashboards(None)] == ["cluster", "gpu", "models", "training"]


def test_an_alert_leads_to_what_it_is_about() -> None:
    for one in ALL:
        url = dashboard_url("https://grafana.example.com", one.uid)
        assert url.startswith(f"https://grafana.example.com/d/{one.uid}")
        assert url.count("var-") == len(one.variables)
        assert all(f"var-{variable.name}=" in url for variable in one.variables)
    with pytest.raises(ValueError, match="'modles' is none; there are cluster, gpu, models"):
        dashboard_url("https://grafana.example.com", "modles")


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: panel(Kind.STAT), "has no query"),
        (lambda: panel(Kind.STAT, "a", width=25), "width of 'A stat'"),
        (lambda: Thresholds(steps=((2, "red"), (1, "orange"))), "must rise"),
        (lambda: Dashboard(uid="A b", title="", rows=[]), "uid 'A b'"),
    ],
)
def test_a_wrong_value_is_refused_by_name(build: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build()
