"""A worker: joins with a bootstrap token of its own; on destroy it is drained and its Node object deleted."""

from dataclasses import dataclass

import pulumi

from components.bootstrap import SCRIPTS
from components.bootstrap.render.kubeadm import join_config
from components.machines.facts import Facts
from components.machines.machine import Machine
from components.ssh.host import Host
from components.ssh.payload import MachineFile, payload


@dataclass(frozen=True, kw_only=True)
class WorkerArgs:
    """The machine, and the cluster that it joins."""

    machine: Machine
    facts: pulumi.Output[Facts]
    endpoint: str
    control_plane: Machine
    after: tuple[pulumi.Resource, ...]
    """The prepared node and the initialized control plane."""


class Worker(pulumi.ComponentResource):
    """A worker node."""

    joined: pulumi.Resource

    def __init__(self, name: str, args: WorkerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:Worker", name, None, opts)
        machine = args.machine
        self.joined = Host(connection=machine.connection, parent=self, after=args.after).run(
            f"{name}-join",
            "join.sh",
            control=args.control_plane.connection,
            payload=args.facts.apply(
                lambda facts: payload(
                    SCRIPTS / "join.sh",
                    (
                        MachineFile(
                            path="/etc/kubernetes/metalml/join.yaml",
                            text=join_config(
                                args.endpoint, machine.name, machine.address, machine.taints, facts
                            ),
                            mode="0600",
                        ),
                    ),
                )
            ),
            delete="join.sh --leave",
        )
        self.register_outputs({})
