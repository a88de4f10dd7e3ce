"""What the firewall must never do, whatever the settings are."""

import dataclasses

import pytest

from components.machines.firewall_rules import FirewallArgs, ruleset
from tests.unit.bootstrap.test_machine_files import FIREWALL

ROLES = ["control-plane", "worker"]


@pytest.mark.parametrize("role", ROLES)
def test_pods_of_others_are_never_filtered_in_the_forward_hook(role: str) -> None:
    assert "hook forward" not in ruleset(FIREWALL, role, 22)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_elses_rules_are_flushed(role: str) -> None:
    text = ruleset(FIREWALL, role, 22)
    assert "flush" not in text
    assert {line for line in text.splitlines() if line.startswith(("table", "delete"))} == {
        "table inet metalml",
        "delete table inet metalml",
        "table inet metalml {",
    }


def test_etcd_is_shut_on_workers_and_open_to_control_planes_only() -> None:
    assert "2379" not in ruleset(FIREWALL, "worker", 22)
    (rule,) = [line for line in ruleset(FIREWALL, "control-plane", 22).splitlines() if "2379" in line]
    assert "ip saddr { 203.0.113.10/32 }" in rule


@pytest.mark.parametrize("role", ROLES)
def test_the_kubelets_read_only_port_stays_shut(role: str) -> None:
    assert "10255" not in ruleset(FIREWALL, role, 22)


@pytest.mark.parametrize(("vxlan", "asked_from"), [(True, "203.0.113.0/24"), (False, "203.0.113.10/32")])
def test_metrics_server_reaches_the_kubelets_of_other_machines(vxlan: bool, asked_from: str) -> None:
    rules = ruleset(dataclasses.replace(FIREWALL, vxlan=vxlan), "worker", 22)
    (rule,) = [line for line in rules.splitlines() if "tcp dport 10250" in line]
    # Calico gives what pods send to a machine the address of the pod's own machine.
    assert f"{asked_from}, 10.244.0.0/16" in rule


def test_nobody_scrapes_the_control_plane_unless_the_settings_say_who() -> None:
    silent = dataclasses.replace(FIREWALL, scrapers=())
    assert "10257" not in ruleset(silent, "control-plane", 22)
    assert "10257" in ruleset(FIREWALL, "control-plane", 22)


def test_a_new_machine_of_the_same_range_changes_no_other_machines_rules() -> None:
    # The arguments name the machines' range and no machine but the control planes.
    assert {field.name for field in dataclasses.fields(FirewallArgs)} == {
        "admins",
        "node_port_clients",
        "scrapers",
        "machines",
        "control_planes",
        "pods",
        "vxlan",
    }
    assert "203.0.113.11" not in ruleset(FIREWALL, "worker", 22)


def test_ssh_follows_a_moved_port() -> None:
    assert "tcp dport 2222" in ruleset(FIREWALL, "worker", 2222)
