"""What preparation runs on a machine: the program's own texts, as they are fed to `bash -s` there.

The Commands' operator-side scripts are left out: bare ssh and Ansible bring their own way to a machine. What
runs on the machine, and with which input, is the same for all three.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from components.bootstrap.node import BUNDLE_TARGET
from components.ssh.payload import NODE_SCRIPTS
from tests.cluster.recorded import Command

# As scripts/operator/firewall.sh has it.
ROLLBACK_AFTER = "60"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One script on a machine."""

    name: str
    arguments: tuple[str, ...]
    text: str
    new_connection: bool = False
    """Whether it proves that a new connection comes through."""


def tasks_of(machine: str, commands: Mapping[str, Command]) -> list[Task]:
    """The chain of one machine, in the program's order."""

    def script(name: str) -> str:
        return (NODE_SCRIPTS / name).read_text()

    def given(name: str) -> str:
        return commands[f"{machine}-{name}"].stdin

    def step(name: str) -> Task:
        return Task(name=name, arguments=(name,), text=script("launch.sh") + given(name))

    looked_at = f"{given('preflight')}OPERATOR_TIME={time.time():.0f}\n"
    return [
        Task(name="preflight", arguments=(), text=looked_at + script("preflight.sh")),
        Task(
            name="firewall-try",
            arguments=(ROLLBACK_AFTER,),
            text=script("firewall-try.sh") + given("firewall"),
        ),
        Task(
            name="firewall-keep",
            arguments=(),
            text=script("firewall-keep.sh"),
            new_connection=True,
        ),
        Task(
            name="bundle",
            arguments=(BUNDLE_TARGET,),
            text=script("missing-files.sh") + given("bundle"),
        ),
        *map(step, ("prepare", "kubelet", "network")),
    ]
