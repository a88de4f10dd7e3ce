"""The firewall of a machine."""

from dataclasses import dataclass

import pulumi

from components.bootstrap.operator import operator_command
from components.machines.firewall_rules import FirewallArgs, ruleset
from components.machines.machine import Machine


@dataclass(frozen=True, kw_only=True)
class MachineFirewallArgs:
    """The rules of one machine."""

    machine: Machine
    rules: FirewallArgs
    after: tuple[pulumi.Resource, ...] = ()


class MachineFirewall(pulumi.ComponentResource):
    """Our table on a machine; taken back by the machine itself if SSH does not come through it."""

    applied: pulumi.Resource

    def __init__(
        self, name: str, args: MachineFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("metalml:machines:MachineFirewall", name, None, opts)
        self.applied = operator_command(
            f"{name}-firewall",
            "firewall.sh",
            args.machine.connection,
            parent=self,
            payload=ruleset(args.rules, args.machine.role, args.machine.ssh_port),
            delete="firewall.sh --remove",
            after=args.after,
        )
        self.register_outputs({})
