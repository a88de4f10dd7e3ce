"""The Prometheus of the stack `full`, asked through the API server."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from components.monitoring.names import NAMESPACE, PROMETHEUS, PROMETHEUS_PORT
from tests.cluster.full.cluster import FullCluster

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
