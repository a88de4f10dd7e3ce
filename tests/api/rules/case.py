"""What the unit test of an alert looks like in the tables beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Series = Mapping[str, str]
"""Values by selector, in promtool's notation: `0+10x30` grows by ten each minute, thirty times."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Figures of which one alert has to speak, and figures so near to them that only it could tell."""

    fires: Series
    at: str
    """When it is asked: later than the alert's `for`."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Labels that the alert has then."""
    silent: Series | None
    """None: it never is."""
    silent_at: str = ""
    """When it is asked about the silent figures; the same time if nothing is said."""


def promtool_file(cases: Mapping[str, Case], rules: str) -> dict[str, Any]:
    """The file of promtool's that tries all alerts, by their names."""
    return {
        "rule_files": [rules],
        "evaluation_interval": "1m",
        "tests": [test for alert, case in cases.items() for test in _tests(alert, case)],
    }


def _tests(alert: str, case: Case) -> list[dict[str, Any]]:
    found = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    by = ", ".join(case.says)
    labels = ", ".join(f'{key}="{value}"' for key, value in case.says.items())
    shown = {"labels": f"{{{labels}}}" if labels else "{}", "value": 1}
    tests = [_test(f"{alert} fires", case.fires, f"group by ({by}) ({found})", case.at, [shown])]
    if case.silent is not None:
        quiet = case.silent_at or case.at
        tests.append(_test(f"{alert} is silent", case.silent, f"count({found})", quiet, []))
    return tests


def _test(name: str, series: Series, expr: str, at: str, samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": samples}],
    }
