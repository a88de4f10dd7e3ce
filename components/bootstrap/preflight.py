"""First contact with a machine: everything that can be found wrong before the first change."""

from dataclasses import dataclass

import pulumi

from components.machines.facts import Facts
from components.machines.machine import Machine
from components.ssh.host import Host

# kubeadm asks for 1700 MB on a control plane; a worker with less could not hold one model server.
MIN_MEMORY_MIB = 1700
# Images and binaries of a node take about 3 GiB, the kubelet evicts at 10-15 % free, and a model needs room.
MIN_DISK_GIB = 10


@dataclass(frozen=True, kw_only=True)
class PreflightArgs:
    """What the machine is to become."""

    machine: Machine
    cluster: str
    source: str
    """`apt` or `bundle`."""


class Preflight(pulumi.ComponentResource):
    """Checks a machine once, changes nothing on it, and knows its facts from then on.

    Everything that changes any machine depends on the preflights of all machines.
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
