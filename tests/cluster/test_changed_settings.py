"""A setting that changes after the first `up` reaches a control plane that is there already."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.machines import Lab, Machine
from tests.waits import LONGEST

# Of controller manager, scheduler and etcd.
METRICS_PORTS = {"10257", "10259", "2381"}


@contextmanager
def with_firewall(two_nodes: Lab, **more: Any) -> Iterator[None]:
    """The control plane as other settings of the firewall make it; afterwards as before."""
    cluster, before = two_nodes.raw["cluster"], two_nodes.raw["cluster"]["firewall"]

    def become(firewall: dict[str, Any]) -> None:
        cluster["firewall"] = firewall
        two_nodes.record()
        for step in ("firewall", "init"):
            two_nodes.do(f"control-1-{step}")

    become({**before, **more})
    try:
        yield
    finally:
        become(before)


def open_to_others(machine: Machine) -> set[str]:
    """The ports of metrics that answer on more than the machine's own loopback."""
    listening = [line.split()[3] for line in machine.run("ss", "-Hltn").splitlines()]
    found = {place.rpartition(":") for place in listening if not place.startswith("127.")}
    return {port for _, _, port in found} & METRICS_PORTS


def until_open(machine: Machine, ports: set[str]) -> None:
    deadline = time.monotonic() + LONGEST
    while (found := open_to_others(machine)) != ports:
        assert time.monotonic() < deadline, found
        time.sleep(1)


def test_monitoring_that_is_turned_on_later_reaches_the_control_planes_metrics(two_nodes: Lab) -> None:
    control = two_nodes.machines["control-1"]
    assert open_to_others(control) == set()
    with with_firewall(two_nodes, scrapeRanges=[two_nodes.raw["cluster"]["podRange"]]):
        until_open(control, METRICS_PORTS)
    until_open(control, set())
    assert control.run("wc", "-l", "/var/lib/metalml/kubeadm-runs").startswith("1 ")
