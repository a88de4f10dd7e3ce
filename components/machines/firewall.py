"""The host firewall of a machine (nftables)."""

from dataclasses import dataclass

import pulumi

from components.machines.firewall_rules import FirewallArgs, ruleset
from components.machines.machine import Machine
from components.ssh.host import Host


@dataclass(frozen=True, kw_only=True)
class MachineFirewallArgs:
    """The rules of one machine."""

    machine: Machine
    rules: FirewallArgs
    after: tuple[pulumi.Resource, ...] = ()


class MachineFirewall(pulumi.ComponentResource):
    """Our nftables table on a machine, which rolls back by itself if SSH does not get through."""

    applied: pulumi.Resource

    def __init__(
        self, name: str, args: MachineFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("metalml:machines:MachineFirewall", name, None, opts)
        machine = args.machine
        self.applied = Host(connection=machine.connection, parent=self, after=args.after).run(
            f"{name}-firewall",
            "firewall.sh",
            payload=ruleset(args.rules, machine.role, machine.ssh_port),
            delete="firewall.sh --remove",
        )
        self.register_outputs({})
