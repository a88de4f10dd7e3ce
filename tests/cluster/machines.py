"""Machines for tests: system containers over real SSH, driven by the program's own commands."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from settings import parse
from tests.cluster.recorded import REPOSITORY, Command, Result, commands_of
from tests.cluster.software import Software, alone
from tests.waits import LONGEST

SCRIPTS = Path(__file__).with_name("scripts")
# What brings a machine to where kubeadm can start, in the program's order.
PREPARATION = ("firewall", "bundle", "prepare", "kubelet", "network")


class Machine:
    """One machine, looked at from inside without SSH."""

    def __init__(self, name: str, container: str, address: str) -> None:
        self.name = name
        self.container = container
        self.address = address

    def run(self, *command: str, stdin: str | None = None, check: bool = True) -> str:
        """What a command in the machine prints."""
        done = subprocess.run(
            ["podman", "exec", "--interactive", self.container, *command],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, f"{self.name}: {' '.join(command)}: {done.stderr}"
        return done.stdout.strip()

    def succeeds(self, *command: str) -> bool:
        """Whether a command in the machine ends with 0."""
        return not subprocess.run(
            ["podman", "exec", self.container, *command], capture_output=True
        ).returncode

    def script(self, name: str, *arguments: str, check: bool = True) -> str:
        """Run a script of tests/cluster/scripts in the machine."""
        return self.run("bash", "-s", "--", *arguments, stdin=(SCRIPTS / name).read_text(), check=check)

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """Ask the cluster, on its control plane."""
        command = (
            "env",
            "KUBECONFIG=/etc/kubernetes/admin.conf",
            "KUBECACHEDIR=/run/test-kubectl",
            "kubectl",
        )
        return self.run(*command, *arguments, stdin=stdin, check=check)

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Put a file into the machine."""
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, stdin=text)

    def restart(self) -> None:
        """Restart the machine, and wait until it has booted."""
        subprocess.run(["podman", "restart", "--time", "5", self.container], check=True, capture_output=True)
        # Just after the start systemd is not there to be asked: --wait alone would end at once.
        deadline = time.monotonic() + LONGEST
        while self.run("systemctl", "is-system-running", check=False).strip() not in ("running", "degraded"):
            assert time.monotonic() < deadline, f"{self.container} did not boot in {LONGEST} s"
            time.sleep(0.2)

    def give_login(self, user: str) -> None:
        """Let a user other than root in with the same key."""
        if self.succeeds("id", user):
            return
        self.run("useradd", "--create-home", "--shell", "/bin/bash", user)
        home = f"/home/{user}/.ssh"
        self.run("install", "-d", "-o", user, "-m", "700", home)
        self.run("install", "-o", user, "-m", "600", "/root/.ssh/authorized_keys", f"{home}/authorized_keys")

    def snapshot(self, kind: str) -> dict[str, str]:
        """Files, units and rules. Of kind `times` any touch shows, of kind `content` only another content."""
        lines = self.script("snapshot.sh", kind).splitlines()
        return dict(line.split("\t", 1) for line in lines)

    def logins(self) -> int:
        """How many sessions the SSH server has let in so far."""
        return self.journal("ssh").count("Accepted publickey")

    def journal(self, unit: str) -> str:
        """The journal of a unit."""
        return self.run("journalctl", "--quiet", "--output", "cat", "--unit", unit)


def differences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    """What is not the same in two snapshots."""
    return {
        key: (before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    }


@contextmanager
def expect_untouched(*machines: Machine) -> Iterator[None]:
    """What runs inside may change no file, unit or rule of these machines."""
    before = [machine.snapshot("times") for machine in machines]
    yield
    changes = {
        machine.name: differences(old, machine.snapshot("times"))
        for machine, old in zip(machines, before, strict=True)
    }
    assert not any(changes.values()), changes


class Lab:
    """Machines with a network of their own, and the program's commands for them."""

    def __init__(
        self,
        name: str,
        subnet: int,
        machines: Mapping[str, str],
        software: Software,
        source: Mapping[str, Any] | None = None,
        firewall: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = f"test-{name}"
        self.network = f"10.91.{subnet}"
        self.gateway = f"{self.network}.1"
        self.key_file = software.key_file
        self.raw: dict[str, Any] = {
            "layers": ["cluster"],
            "cluster": {
                "name": self.name,
                "machineRange": f"{self.network}.0/24",
                "podRange": "10.246.0.0/16",
                "serviceRange": "10.98.0.0/16",
                "network": "routed",
                "source": source or {"kind": "bundle", "path": str(software.bundle)},
                "firewall": firewall or {"adminRanges": [f"{self.gateway}/32"]},
                "machineDefaults": {"user": "root", "privateKeyFile": str(software.key_file)},
                "localMachines": {"root": str(software.root), "network": f"metalml-{self.name}"},
            },
            "machines": [
                {
                    "name": machine,
                    "provider": "local",
                    "role": role,
                    "address": f"{self.network}.{number}",
                    "podRange": f"10.246.{subnet * 16 + number - 10}.0/24",
                }
                for number, (machine, role) in enumerate(machines.items(), start=11)
            ],
        }
        self.machines = {
            given["name"]: Machine(given["name"], f"metalml-{self.name}-{given['name']}", given["address"])
            for given in self.raw["machines"]
        }
        self._outputs: dict[str, str] = {}
        self.record()

    def record(self) -> None:
        """Ask the program again for its commands, after its settings or a machine's facts have changed."""
        self.commands = commands_of(parse(self.raw, "test", REPOSITORY), self._outputs)

    def command(self, name: str) -> Command:
        """A Command of the program, such as `worker-1-join`."""
        return self.commands[name]

    def do(self, name: str, *, delete: bool = False) -> Result:
        """Run a Command of the program that must succeed; the others know from then on what it prints."""
        result = self.command(name).run(delete=delete)
        assert result.code == 0, f"{name}: {result.err}"
        if not delete and name.rpartition("-")[2] in ("machine", "preflight"):
            self._outputs[name] = result.out
            self.record()
        return result

    def make(self) -> None:
        """Make the machines, one after the other: each takes a second."""
        for name in self.machines:
            self.do(f"{name}-machine")

    def look(self) -> None:
        """Run every preflight, so that files are rendered for what the machines are."""
        for name in self.machines:
            self.do(f"{name}-preflight")

    def prepare(self, *names: str) -> None:
        """Bring machines to where kubeadm can start."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: [self.do(f"{name}-{step}") for step in PREPARATION], names))

    def remove(self, name: str) -> None:
        """Take a worker out of the cluster, and everything of ours off it, in the program's order."""
        for step in ("join", "prepare", "bundle", "firewall"):
            self.do(f"{name}-{step}", delete=True)

    def sweep(self) -> None:
        """Take everything of this lab off this computer, also what a killed run left."""
        ranges = [machine["podRange"] for machine in self.raw["machines"]]
        subprocess.run(
            ["bash", "local/sweep.sh", self.name, *ranges],
            cwd=REPOSITORY,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def lab(
    name: str, subnet: int, machines: Mapping[str, str], software: Software, **more: Any
) -> Iterator[Lab]:
    """A lab with its machines made; gone at the end, whatever happens."""
    made = Lab(name, subnet, machines, software, **more)
    with alone(Path(f"/run/lock/metalml-lab-{name}")):
        made.sweep()
        try:
            made.make()
            yield made
        finally:
            made.sweep()
