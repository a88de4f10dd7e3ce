"""Whoever brings the platform up sees all of it, and nothing cries without a reason."""

import time

from tests.cluster.full.cluster import FullCluster
from tests.cluster.full.prometheus import ask, query, until_found, until_settled

# Seconds after `up`. What the issue promises; a target is looked at every 15 s.
ALL_UP = 180
# Each of them, however many machines and pods there are.
JOBS = {
    "alertmanager",
    "apiserver",
    "blackbox-exporter",
    "cadvisor",
    "coredns",
    "etcd",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-state-metrics",
    "kubelet",
    "node-exporter",
    "prometheus",
    "prometheus-operator",
}


def test_every_target_is_up(full: FullCluster) -> None:
    until_found(full, f"count(count by (job) (up)) >= {len(JOBS)}", ALL_UP)
    began = time.monotonic()
    while down := query(full, "up == 0"):
        assert time.monotonic() - began < ALL_UP, down
        time.sleep(5)
    up = {labels["job"] for labels, _ in query(full, "up")}
    assert up >= JOBS


def test_every_machine_is_measured(full: FullCluster) -> None:
    def check() -> None:
        for expression in ("node_memory_MemAvailable_bytes", 'kubelet_running_pods{job="kubelet"}'):
            found = {labels["node"] for labels, _ in query(full, expression)}
            assert found == {"control-1", "gpu-1", "worker-1", "worker-2"}, expression

    until_settled(check)


def test_nothing_cries_but_the_watchdog(full: FullCluster) -> None:
    began = time.monotonic()
    # What another test broke on purpose may have to resolve first.
    while (firing := _firing(full)) != {"Watchdog"}:
        assert time.monotonic() - began < ALL_UP, firing
        time.sleep(5)


def _firing(full: FullCluster) -> set[str]:
    return {labels["alertname"] for labels, _ in query(full, 'ALERTS{alertstate="firing"}')}


def test_no_rule_of_what_is_evaluated_fails(full: FullCluster) -> None:
    for group in ask(full, "rules")["groups"]:
        for rule in group["rules"]:
            assert rule["health"] != "err", rule
