"""Node software from apt repositories: only from the pinned key, only the pinned version, held, and once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components import versions
from tests.cluster.machines import Lab, Machine, expect_untouched, lab
from tests.cluster.recorded import Result
from tests.cluster.repository import (
    MINOR,
    REVISION,
    Keyring,
    containerd_packages,
    keyring,
    kubernetes_packages,
    publish,
    served,
    sign,
)
from tests.cluster.software import Software

SUBNET = 6
PORT = 8099
PACKAGES = ("containerd.io", "kubeadm", "kubectl", "kubelet")
KUBERNETES = f"{versions.KUBERNETES}-{REVISION}"
LISTS = "/etc/apt/sources.list.d"


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """Two repositories, the machines that use them, and the keys."""

    lab: Lab
    folder: Path
    keys: Keyring
    key: str
    other_key: str

    def prepare(self, name: str, old: str = "", new: str = "") -> Result:
        """Prepare a machine, with `new` in the place of `old` in what is sent to it."""
        command = self.lab.command(f"{name}-prepare")
        assert old in command.stdin
        return command.run(stdin=command.stdin.replace(old, new) if old else None)


@pytest.fixture(scope="module")
def vendor(software: Software) -> Iterator[Vendor]:
    folder = software.folder / "apt"
    address = f"http://10.91.{SUBNET}.1:{PORT}"
    with keyring() as keys:
        key, other_key = keys.make("vendor"), keys.make("other")
        publish(folder / f"v{MINOR}/deb", kubernetes_packages(software), keys, key)
        publish(folder / "containerd", containerd_packages(software), keys, key)

        def repository(path: str) -> dict[str, str]:
            url = f"{address}/{path}"
            return {"url": url, "suite": "/", "keyUrl": f"{url}Release.key", "keyFingerprint": key}

        source = {
            "kind": "apt",
            "kubernetes": repository("v{minor}/deb/"),
            "containerd": repository("containerd/"),
        }
        roles = {"control-1": "control-plane", "worker-1": "worker"}
        with lab("apt", SUBNET, roles, software, source=source) as made:
            for machine in made.machines.values():
                # The distribution's own mirror is somebody else's network.
                machine.write("/etc/apt/sources.list", "")
            with served(folder, made.gateway, PORT):
                made.look()
                yield Vendor(lab=made, folder=folder, keys=keys, key=key, other_key=other_key)


def installed(machine: Machine) -> dict[str, str]:
    """Versions of our packages."""
    shown = machine.run(
        "dpkg-query",
        "--show",
        "--showformat",
        "${Package} ${db:Status-Status} ${Version}\n",
        *PACKAGES,
        check=False,
    )
    lines = [line.split() for line in shown.splitlines()]
    return {name: version for name, status, version in lines if status == "installed"}


@pytest.mark.fault
def test_a_key_with_another_fingerprint_is_refused_and_nothing_is_installed(vendor: Vendor) -> None:
    machine = vendor.lab.machines["control-1"]
    result = vendor.prepare("control-1", vendor.key, vendor.other_key)
    assert result.code != 0
    assert (
        f"has fingerprint {vendor.key}, expected {vendor.other_key}: refused, nothing installed" in result.err
    )
    assert installed(machine) == {}
    assert machine.run("ls", LISTS, "/etc/apt/keyrings") == f"/etc/apt/keyrings:\n\n{LISTS}:"


@pytest.mark.fault
def test_packages_that_another_key_signed_are_refused_and_nothing_is_installed(vendor: Vendor) -> None:
    folder = vendor.folder / f"v{MINOR}/deb"
    sign(folder, vendor.keys, vendor.other_key)
    try:
        result = vendor.prepare("control-1")
    finally:
        sign(folder, vendor.keys, vendor.key)
    assert result.code != 0
    assert "NO_PUBKEY" in result.err, result.err
    assert installed(vendor.lab.machines["control-1"]) == {}


@pytest.mark.fault
def test_a_version_that_is_not_there_is_named_with_those_that_are(vendor: Vendor) -> None:
    result = vendor.prepare(
        "control-1", f"KUBERNETES_VERSION={versions.KUBERNETES}", f"KUBERNETES_VERSION={MINOR}.99"
    )
    assert result.code != 0
    assert f"kubelet {MINOR}.99 is not in the repository; it has: {KUBERNETES}" in result.err
    assert installed(vendor.lab.machines["control-1"]) == {}


def test_packages_are_installed_at_the_pinned_version_and_held_and_the_second_run_changes_nothing(
    vendor: Vendor,
) -> None:
    machine = vendor.lab.machines["worker-1"]
    for step in ("prepare", "kubelet", "network"):
        vendor.lab.do(f"worker-1-{step}")
    assert installed(machine) == {
        "containerd.io": f"{versions.CONTAINERD}-1~debian.12~bookworm",
        "kubeadm": KUBERNETES,
        "kubectl": KUBERNETES,
        "kubelet": KUBERNETES,
    }
    assert machine.run("apt-mark", "showhold").splitlines() == list(PACKAGES)
    assert machine.run("kubelet", "--version") == f"Kubernetes v{versions.KUBERNETES}"
    assert "SystemdCgroup" in machine.run("cat", "/etc/containerd/config.toml")
    assert machine.succeeds("ctr", "version")
    with expect_untouched(machine):
        vendor.lab.do("worker-1-prepare")

    machine.run("rm", "/var/lib/metalml/steps/prepare/done")
    before = machine.snapshot("times")
    vendor.lab.do("worker-1-prepare")
    after = machine.snapshot("times")
    assert {
        key for key in {*before, *after} if before.get(key) != after.get(key) and "/steps/" not in key
    } == set()


def test_cleaning_takes_the_packages_away_that_came_with_us(vendor: Vendor) -> None:
    machine = vendor.lab.machines["worker-1"]
    vendor.lab.do("worker-1-prepare")
    vendor.lab.do("worker-1-prepare", delete=True)
    assert installed(machine) == {}
    assert machine.run("apt-mark", "showhold") == ""
    assert machine.run("ls", LISTS, "/etc/apt/keyrings") == f"/etc/apt/keyrings:\n\n{LISTS}:"
