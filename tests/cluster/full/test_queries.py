"""Whatever dashboards and rules ask, the real Prometheus answers, with data where there should be some."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.monitoring.dashboards.every import dashboards
from components.monitoring.dashboards.queries import FilledQuery, queries
from components.monitoring.rules.requests import REQUESTS
from components.monitoring.rules.values import Alert, Record
from local.model_server.build import REFERENCE
from local.paths import REPOSITORY
from settings import read as settings_and_mistakes
from settings.grafana import PricesSettings
from stacks.rules import rule_groups
from tests.cluster.full.cluster import STACK, FullCluster
from tests.cluster.full.prometheus import ask, query, until_found, until_settled
from tests.cluster.load import Load
from tests.unit.settings.given import read
from tests.waits import LONGEST

PRICES = PricesSettings(currency="EUR", gpu=2.5, part_of_gpu=0.6, cpu_core=0.04, memory_gib=0.005)
QUERIES = queries(dashboards(PRICES))
# Without its mistakes: what `make up` makes is not there yet when tests are collected.
SETTINGS, _ = settings_and_mistakes(read(f"Pulumi.{STACK}.yaml"), STACK, REPOSITORY)
RULES = [rule for group in rule_groups(SETTINGS) for rule in group.rules]
MODEL = "queried"
SMALL = {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
# With a GPU, so that somebody has one.
TRAINING = {
    "name": "queried-training",
    "image": REFERENCE,
    "gpu": 1,
    "script": "local/training/half_plus_two.py",
    "environment": {
        "PYTHONPATH": "/opt/model-server/packages",
        "TF_CPP_MIN_LOG_LEVEL": "1",
        "STEPS": "10000",
        "STEP_SECONDS": "0.5",
    },
    "reports": True,
    "directory": {"machine": "gpu-1"},
    "resources": SMALL,
}
# Series that this cluster does not have, and why not.
NOT_HERE = {
    r"DCGM_.+": "no GPU is NVIDIA's",
    r"tensorflow_serving_batching_session_.+": "the model server of this computer does not batch",
    r"tensorflow_serving_request_example_counts_.+": "the model server of this computer does not count them",
    r"kubelet_volume_stats_.+": "no volume has a driver that tells how full it is",
    r"fluentd_.+": "Fluentd's image cannot be had here",
    r"kube_pod_container_status_last_terminated_reason": "it is there only when a container has ended once",
    r"kube_job_failed": "it is there only when a job has failed",
    r"kube_pod_status_unschedulable": "it is there only for a pod that no machine has room for",
    r"probe_.+": "nothing here has a certificate that a probe would look at",
}
# What shows nothing where all is well.
EMPTY_IS_WELL = {
    ("cluster", "Restarts"),
    ("cluster", "Containers that wait"),
    ("gpu", "Pods that wait for some"),
}


@pytest.fixture(scope="module")
def cluster(
    full: FullCluster, gpu_machine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FullCluster]:
    """The cluster, with something of everything that dashboards and rules are about."""
    samples = tmp_path_factory.mktemp("samples") / "samples.jsonl"
    samples.write_text("".join(f'{{"instance": {x}.0, "label": {0.5 * x + 2}}}\n' for x in range(10)))
    model = {
        "name": MODEL,
        "servedName": MODEL,
        "files": {"source": ".local/models/half_plus_two", "machine": "worker-2"},
        "service": {"nodePort": 30160},
        "resources": SMALL,
        "autoscaling": {"min": 1, "max": 2},
        "evaluation": {"samples": str(samples), "everyMinutes": 1, "accuracy": 0.9},
    }
    # The one whose rules are asked for below.
    url = "http://10.84.0.11:30050/v1/models/default:predict"
    with (
        full.models(MODEL, {"metalml:models": [model], "metalml:training": [TRAINING]}),
        Load(url, clients=1, per_second=10) as load,
    ):
        load.until_answered()
        for last in ("model:latency_seconds:p99 > 0", "ml_model_accuracy", "deriv(training_step[5m])"):
            until_found(full, last, LONGEST)
        # Costs are added up from every fifth minute by the clock, of which there has been none at first.
        until_found(full, f"last_over_time({REQUESTS}[1h:5m])", 2 * LONGEST)
        yield full


def names_in(node: Any) -> Iterator[str]:
    """The names of the series that an expression reads, as Prometheus itself has understood it."""
    if isinstance(node, Mapping):
        if node.get("type") in ("vectorSelector", "matrixSelector"):
            yield node["name"]
        for inner in node.values():
            yield from names_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from names_in(inner)


def absent(full: FullCluster, expression: str) -> Mapping[str, str]:
    """The series that it reads and that have not been there, each with the reason if that is known."""
    names = set(names_in(ask(full, "parse_query", query=expression)))
    return {
        name: next((why for pattern, why in NOT_HERE.items() if re.fullmatch(pattern, name)), "")
        for name in sorted(names)
        if not query(full, f"group(last_over_time({name}[1h]))")
    }


@pytest.mark.parametrize("asked", QUERIES, ids=lambda one: f"{one.dashboard}: {one.panel}")
def test_a_panel_shows_what_there_is(cluster: FullCluster, asked: FilledQuery) -> None:
    def check() -> None:
        if query(cluster, asked.expression):
            return
        missing = absent(cluster, asked.expression)
        assert all(missing.values()), missing
        assert missing or (asked.dashboard, asked.panel) in EMPTY_IS_WELL, asked.expression

    until_settled(check)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_reads_what_there_is(cluster: FullCluster, rule: Alert | Record) -> None:
    # An alert that has nothing to say is no sign that it ever could: what it reads has to be there.
    def check() -> None:
        found = query(cluster, rule.expr)
        if isinstance(rule, Record) and found:
            return
        missing = absent(cluster, rule.expr)
        assert all(missing.values()), missing
        assert missing or isinstance(rule, Alert), rule.expr

    until_settled(check)


def test_prometheus_computes_every_rule(cluster: FullCluster) -> None:
    computed = [one for group in ask(cluster, "rules")["groups"] for one in group["rules"]]
    assert {rule.name for rule in RULES} <= {one["name"] for one in computed}
    assert [(one["name"], one["lastError"]) for one in computed if one["health"] == "err"] == []
