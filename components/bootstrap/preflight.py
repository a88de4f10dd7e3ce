"""Preflight checks: connect to a machine for the first time and check it before anything is changed."""

from dataclasses import dataclass

import pulumi

from components.machines.facts import Facts
from components.machines.machine import Machine
from components.ssh.host import Host

# kubeadm requires 1700 MB on a control plane; a worker with less cannot run a model server.
MIN_MEMORY_MIB = 1700
# A node's images and binaries take about 3 GiB, the kubelet evicts at 10-15 % free, and models need space.
MIN_DISK_GIB = 10


@dataclass(frozen=True, kw_only=True)
class PreflightArgs:
    """The machine, and its role in which cluster."""

    machine: Machine
    cluster: str
    source: str
    """`apt` or `bundle`."""


class Preflight(pulumi.ComponentResource):
    """Checks a machine once, without a change on it, and stores its facts in the state.

    All resources that change a machine depend on the preflights of all machines.
    """

    facts: pulumi.Output[Facts]
    check: pulumi.Resource

    def __init__(self, name: str, args: PreflightArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:Preflight", name, None, opts)
        wanted = {
            "ROLE": args.machine.role,
            "NODE_SOURCE": args.source,
            "MIN_DISK_GIB": str(MIN_DISK_GIB),
            "MIN_MEMORY_MIB": str(MIN_MEMORY_MIB),
        }
        check = Host(connection=args.machine.connection, parent=self).run(
            f"{name}-preflight",
            "preflight.sh",
            payload="".join(f"{key}={value}\n" for key, value in wanted.items()),
            delete="preflight.sh --forget",
            variables={"METALML_CLUSTER": args.cluster},
        )
        self.check = check
        self.facts = check.stdout.apply(Facts.parse)
        self.register_outputs({})
