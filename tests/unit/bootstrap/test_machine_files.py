"""Every text that reaches a machine, held against the text it had when somebody last read it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from components.bootstrap.render.kubeadm import ClusterArgs, init_config, join_config
from components.bootstrap.render.kubelet import kubelet_config
from components.bootstrap.render.node_files import containerd_config, containerd_unit, sysctls
from components.gpu.software import gpu_step, nvidia_runtime
from components.machines.apt import apt_list
from components.machines.facts import Facts
from components.machines.firewall_rules import FirewallArgs, ruleset
from components.network.routed import cni_config, pod_egress
from settings.kubelet import KubeletSettings
from settings.sources import AptRepository, NvidiaSource
from tests.unit.snapshot import expect_snapshot

SNAPSHOTS = Path(__file__).parent / "snapshots"

SERVER = Facts(
    os="ubuntu",
    codename="noble",
    cgroup="v2",
    container=False,
    oom_score="free",
    conntrack="writable",
    open_files=1048576,
)
CONTAINER = Facts(
    os="debian",
    codename="bookworm",
    cgroup="v1",
    container=True,
    oom_score="restricted",
    conntrack="read-only",
    open_files=20000,
)
FACTS = {"server": SERVER, "container": CONTAINER}

CLUSTER = ClusterArgs(
    name="prod",
    kubernetes_version="1.36.3",
    endpoint="api.example.org:6443",
    pod_range="10.244.0.0/16",
    service_range="10.96.0.0/16",
    routed=False,
    scraped=True,
)
FIREWALL = FirewallArgs(
    admins=("198.51.100.7/32",),
    node_port_clients=("198.51.100.0/24",),
    scrapers=("203.0.113.9/32",),
    machines=("203.0.113.0/24",),
    control_planes=("203.0.113.10/32",),
    pods="10.244.0.0/16",
    vxlan=True,
)
TAINTS = (("nvidia.com/gpu", "present", "NoSchedule"),)


def without_scripts(step: str) -> str:
    """What differs from machine to machine: parameters and files. Scripts are read where they lie."""
    sections = re.split(r"^(?=--- )", step, flags=re.MULTILINE)
    return "".join(
        section for section in sections if not re.match(r"--- script (run|lib|apt|main)\.sh", section)
    )


TEXTS: dict[str, Callable[[Facts], str]] = {
    "sysctls": sysctls,
    "containerd.toml": lambda facts: containerd_config(facts, "registry.k8s.io/pause:3.10.2"),
    "containerd.service": containerd_unit,
    "nvidia-runtime.toml": nvidia_runtime,
    "gpu-step": lambda facts: without_scripts(gpu_step(facts, NvidiaSource())),
    "kubelet.yaml": lambda facts: kubelet_config(KubeletSettings(), facts),
    "kubeadm-init.yaml": lambda facts: init_config(CLUSTER, "control-1", "203.0.113.10", facts),
    "kubeadm-join.yaml": lambda facts: join_config(CLUSTER.endpoint, "gpu-1", "203.0.113.11", TAINTS, facts),
}


@pytest.mark.parametrize("machine", FACTS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_machines_file_is_the_one_that_was_reviewed(name: str, machine: str) -> None:
    expect_snapshot(SNAPSHOTS / f"{machine}-{name}", TEXTS[name](FACTS[machine]))


@pytest.mark.parametrize("role", ["control-plane", "worker"])
def test_a_machines_firewall_is_the_one_that_was_reviewed(role: str) -> None:
    expect_snapshot(SNAPSHOTS / f"firewall-{role}.nft", ruleset(FIREWALL, role, 22))


def test_the_pod_networks_files_are_the_ones_that_were_reviewed() -> None:
    expect_snapshot(SNAPSHOTS / "cni.conflist", cni_config("10.244.11.0/24", 1450))
    expect_snapshot(
        SNAPSHOTS / "pod-egress.nft",
        pod_egress("10.244.11.0/24", ("10.244.0.0/16", "10.96.0.0/16", "10.77.0.0/24")),
    )


def test_each_minor_has_its_own_apt_repository() -> None:
    repository = AptRepository(
        url="https://packages.example.org/v{minor}/{os}",
        suite="{codename}",
        components=("stable",),
        key_url="https://packages.example.org/key",
        key_fingerprint="A" * 40,
    )
    assert apt_list("kubernetes", repository, "1.36", SERVER) == (
        "deb [arch=amd64 signed-by=/etc/apt/keyrings/kubernetes.gpg]"
        " https://packages.example.org/v1.36/ubuntu noble stable\n"
    )
