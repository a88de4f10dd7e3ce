"""Which machine somebody should rent next, and what a model goes by where its settings say little."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi import Output

from settings import AutoscalingSettings, parse
from settings.autoscaling import MetricsApi
from stacks import platform, references
from stacks.autoscaling import next_spare_machines
from tests.unit.conftest import Recorder
from tests.unit.settings.given import project
from tests.unit.stacks.test_layers import CLUSTER_STACK, MACHINE

Settle = Callable[[Callable[[], object]], None]
CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"
    "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"
)
SPARES = [
    {"name": "gpus", "machines": ["gpu-1", "gpu-2", "gpu-3"]},
    {"name": "cpus", "machines": ["worker-1"]},
]


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        (["worker-1"], {"gpus": "gpu-1", "cpus": None}),
        (["worker-1", "gpu-1"], {"gpus": "gpu-2", "cpus": None}),
        # One that was given back is the next again.
        (["gpu-2", "gpu-3"], {"gpus": "gpu-1", "cpus": "worker-1"}),
    ],
)
def test_the_next_machine_is_the_first_that_is_not_there(
    machines: list[str], expected: dict[str, Any], engine: Recorder, settle: Settle, tmp_path: Path
) -> None:
    engine.stacks["organization/metalml/prod-cluster"] = {
        **CLUSTER_STACK,
        "machines": dict.fromkeys(machines, MACHINE),
    }
    raw = {"layers": ["platform"], "platform": {"clusterAutoscaler": {"spares": SPARES}}}
    settings = parse(raw, "prod-platform", project(tmp_path))
    shown: dict[str, Any] = {}
    settle(
        lambda: Output.all(**next_spare_machines(settings, references.cluster_of("prod-cluster"))).apply(
            shown.update
        )
    )
    assert shown == expected


def test_apis_are_removed_before_namespaces_which_a_dead_one_would_keep(
    engine: Recorder, settle: Settle, removed_before: Mapping[str, set[str]], tmp_path: Path
) -> None:
    engine.stacks["organization/metalml/prod-cluster"] = CLUSTER_STACK
    for name in ("metrics-server", "prometheus-adapter"):
        engine.outputs[f"{name}-certificate"] = {"stdout": CERTIFICATE}
    given = {
        "namespaces": ["ml"],
        "metricsServer": {},
        "customMetrics": {"prometheusUrl": "http://prometheus.example.com:9090"},
    }
    settings = parse({"layers": ["platform"], "platform": given}, "prod-platform", project(tmp_path))
    settle(lambda: platform.build(settings, references.cluster_of("prod-cluster")))
    assert "kubernetes:core/v1:Namespace" in removed_before["kubernetes:apiregistration.k8s.io/v1:APIService"]


@pytest.mark.parametrize(
    ("given", "cpu", "asks"),
    [
        ({}, 70, (MetricsApi.RESOURCE,)),
        ({"requestsPerSecond": 50}, None, (MetricsApi.CUSTOM,)),
        ({"requestsPerSecond": 50, "cpuPercent": 60}, 60, (MetricsApi.RESOURCE, MetricsApi.CUSTOM)),
        ({"external": {"metric": "queue", "perPod": 1}}, None, (MetricsApi.EXTERNAL,)),
    ],
)
def test_cpu_is_what_counts_where_nothing_else_is_named(
    given: dict[str, Any], cpu: int | None, asks: tuple[MetricsApi, ...]
) -> None:
    settings = AutoscalingSettings.model_validate(given)
    assert (settings.cpu_target, settings.asks) == (cpu, asks)
