"""The Prometheus of the stack `full`, asked through the API server."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from components.monitoring.names import NAMESPACE, PROMETHEUS, PROMETHEUS_PORT
from tests.cluster.full.cluster import FullCluster

# Seconds until both of its servers have looked at a target and at the rules, on a busy computer.
SETTLED = 60
ADDRESS = f"/api/v1/namespaces/{NAMESPACE}/services/{PROMETHEUS}:{PROMETHEUS_PORT}/proxy/api/v1/"


def ask(full: FullCluster, what: str, **parameters: str) -> Any:
    """`data` of the answer of Prometheus' own API, such as `rules` or `query`."""
    answer = json.loads(full.kubectl("get", "--raw", f"{ADDRESS}{what}?{urlencode(parameters)}"))
    assert answer["status"] == "success", answer
    return answer["data"]


def query(full: FullCluster, expression: str) -> Sequence[tuple[Mapping[str, str], float]]:
    """Each series that the expression has now: its labels and its value."""
    found = ask(full, "query", query=expression)["result"]
    return [(series["metric"], float(series["value"][1])) for series in found]


def until_found(
    full: FullCluster, expression: str, seconds: float
) -> Sequence[tuple[Mapping[str, str], float]]:
    """Each series that the expression has, once it has one within so many seconds."""
    began = time.monotonic()
    while not (found := query(full, expression)):
        assert time.monotonic() - began < seconds, f"nothing for {expression} after {seconds} s"
        time.sleep(1)
    return found


def until_settled(check: Callable[[], None]) -> None:
    """What the check asserts holds, once both servers know what one of them knows: either may be asked."""
    began = time.monotonic()
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() - began > SETTLED:
                raise
        time.sleep(1)
