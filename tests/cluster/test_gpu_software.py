"""NVIDIA's driver and toolkit on a server with GPUs: only what is pinned, once, and no pod is harmed."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from components import versions
from components.gpu.software import DROP_IN, gpu_step
from components.machines.facts import Facts
from settings.sources import AptRepository, NvidiaSource
from tests.cluster.machines import Lab, Machine, expect_untouched, lab
from tests.cluster.recorded import Result
from tests.cluster.repository import Package, keyring, publish, served
from tests.cluster.software import Software

SUBNET = 7
PORT = 8098
DRIVER = f"{versions.NVIDIA_DRIVER}-1"
NEWER = "999.1.1-1"
TOOLKIT = f"{versions.NVIDIA_TOOLKIT}-1"
HEADERS = f"linux-headers-{subprocess.run(['uname', '-r'], capture_output=True, text=True).stdout.strip()}"
PINNING = f"nvidia-driver-pinning-{versions.NVIDIA_DRIVER}"
DRIVER_PACKAGES = ("nvidia-driver-cuda", "nvidia-kernel-open-dkms")
# What a server of the test's kind would be found to be.
SERVER = Facts(
    os="debian",
    codename="bookworm",
    cgroup="v1",
    container=False,
    oom_score="restricted",
    conntrack="read-only",
    open_files=20000,
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A machine that takes itself for a server, and NVIDIA's repositories."""

    lab: Lab
    packages: NvidiaSource

    @property
    def machine(self) -> Machine:
        """The machine, looked at from inside."""
        return self.lab.machines["gpu-1"]

    def step(self, packages: NvidiaSource | None) -> Result:
        """The step as a server gets it; the machine's own would leave out what a container has no use for."""
        return self.lab.command("gpu-1-gpu").run(stdin=gpu_step(SERVER, packages))

    def installed(self) -> dict[str, str]:
        """Versions of the packages that the step brings."""
        names = (*DRIVER_PACKAGES, PINNING, HEADERS, "nvidia-container-toolkit-base")
        shape = "${Package} ${db:Status-Status} ${Version}\n"
        shown = self.machine.run("dpkg-query", "--show", "--showformat", shape, *names, check=False)
        lines = [line.split() for line in shown.splitlines()]
        return {name: version for name, status, version in lines if status == "installed"}


@pytest.fixture(scope="module")
def server(software: Software) -> Iterator[Server]:
    folder = software.folder / "nvidia"
    runtime = folder / "runtime"
    folder.mkdir()
    runtime.write_text('#!/bin/sh\nexec runc "$@"\n')

    def package(name: str, version: str, **files: str) -> Package:
        found = dict.fromkeys(files.values(), runtime)
        return Package(name=name, version=version, files=found, fields={}, scripts={})

    with keyring() as keys:
        key = keys.make("nvidia")
        toolkit = package(
            "nvidia-container-toolkit-base", TOOLKIT, runtime="/usr/bin/nvidia-container-runtime"
        )
        drivers = [package(name, version) for name in DRIVER_PACKAGES for version in (NEWER, DRIVER)]
        publish(folder / "toolkit", [toolkit], keys, key)
        publish(folder / "driver", [*drivers, package(PINNING, DRIVER), package(HEADERS, "1")], keys, key)

        def repository(name: str) -> AptRepository:
            url = f"http://10.91.{SUBNET}.1:{PORT}/{name}/"
            return AptRepository(
                url=url, suite="/", components=(), key_url=f"{url}Release.key", key_fingerprint=key
            )

        packages = NvidiaSource(
            driver=repository("driver"),
            driver_version=versions.NVIDIA_DRIVER,
            toolkit=repository("toolkit"),
            toolkit_version=versions.NVIDIA_TOOLKIT,
        )
        roles = {"control-1": "control-plane", "gpu-1": "worker"}
        with lab("gpu", SUBNET, roles, software) as made, served(folder, made.gateway, PORT):
            made.raw["machines"][1]["gpu"] = True
            made.record()
            made.look()
            made.prepare("gpu-1")
            # The distribution's own mirror is somebody else's network.
            made.machines["gpu-1"].write("/etc/apt/sources.list", "")
            yield Server(lab=made, packages=packages)


@pytest.mark.fault
def test_a_machine_without_a_gpu_is_refused_and_nothing_is_installed(server: Server) -> None:
    result = server.step(server.packages)
    assert result.code != 0
    assert "no NVIDIA device on this machine's PCI bus: take gpu off its settings" in result.err
    assert server.installed() == {}


def test_without_a_source_what_is_missing_is_named(server: Server) -> None:
    server.machine.script("pretend-gpu.sh", "device")
    result = server.step(None)
    assert result.code != 0
    assert "install the driver and the package nvidia-container-toolkit-base yourself" in result.err


def test_a_driver_that_is_not_loaded_is_said_before_containerd_learns_of_gpus(server: Server) -> None:
    result = server.step(server.packages)
    assert result.code != 0
    assert "a restart of this machine may be needed" in result.err
    assert not server.machine.succeeds("test", "-e", DROP_IN)


def test_the_pinned_versions_are_installed_and_held_and_containerd_has_the_runtime(server: Server) -> None:
    server.machine.script("pretend-gpu.sh", "driver")
    root = server.machine.run("cat", "/etc/containerd/config.toml")
    result = server.step(server.packages)
    assert result.code == 0, result.err
    assert server.installed() == {
        **dict.fromkeys(DRIVER_PACKAGES, DRIVER),
        PINNING: DRIVER,
        HEADERS: "1",
        "nvidia-container-toolkit-base": TOOLKIT,
    }
    held = server.machine.run("apt-mark", "showhold").splitlines()
    assert held == ["nvidia-container-toolkit-base", *DRIVER_PACKAGES]
    assert server.machine.run("cat", "/etc/containerd/config.toml") == root
    known = server.machine.run("containerd", "config", "dump")
    assert "/usr/bin/nvidia-container-runtime" in known
    assert known.count("default_runtime_name = 'runc'") == 1


def test_the_second_time_nothing_is_touched_and_nothing_restarted(server: Server) -> None:
    machine = server.machine

    def state() -> list[str]:
        shown = ("--property", "InvocationID", "--value", "containerd.service")
        # systemd counts nothing, but stamps what it loads.
        return [machine.run("systemctl", "show", *shown), reloads(machine)]

    before = state()
    with expect_untouched(machine):
        assert server.step(server.packages).code == 0
    machine.run("rm", "/var/lib/metalml/steps/gpu/done")
    files = machine.snapshot("times")
    assert server.step(server.packages).code == 0
    after = machine.snapshot("times")
    changed = {key for key in {*files, *after} if files.get(key) != after.get(key)}
    assert {key for key in changed if "/steps/" not in key} == set()
    assert state() == before


def test_a_changed_runtime_restarts_containerd_without_a_reload_of_systemd(server: Server) -> None:
    machine, before = server.machine, reloads(server.machine)
    machine.run("bash", "-c", f"echo '# changed' >>{DROP_IN}")
    machine.run("rm", "/var/lib/metalml/steps/gpu/done")
    result = server.step(server.packages.model_copy(update={"driver_version": None}))
    assert result.code == 0, result.err
    assert "restarted containerd.service" in result.err + result.out
    assert reloads(machine) == before


def test_a_machine_that_has_gpus_no_more_keeps_no_runtime_for_them(server: Server) -> None:
    assert server.lab.command("gpu-1-gpu").run(delete=True).code == 0
    assert not server.machine.succeeds("test", "-e", DROP_IN)
    assert "nvidia" not in server.machine.run("containerd", "config", "dump")
    assert server.machine.succeeds("ctr", "version")
    # And gets it back with its GPUs.
    assert server.step(server.packages).code == 0
    assert server.machine.succeeds("test", "-e", DROP_IN)


def reloads(machine: Machine) -> str:
    """How often systemd has read its files anew since the machine was started."""
    said = machine.run("journalctl", "--quiet", "--output", "cat", "_PID=1")
    return str(sum(line.startswith(("Reloading", "Reload requested")) for line in said.splitlines()))
