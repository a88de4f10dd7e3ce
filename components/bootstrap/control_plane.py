"""The control plane: runs `kubeadm init` once."""

from dataclasses import dataclass

import pulumi

from components.bootstrap import SCRIPTS
from components.bootstrap.render.kubeadm import ClusterArgs, init_config
from components.bootstrap.render.node_files import static_file
from components.machines.facts import Facts
from components.machines.machine import Machine
from components.ssh.host import Host
from components.ssh.payload import MachineFile, payload, script_text

APPROVER = "metalml-approve-serving-certificates"


@dataclass(frozen=True, kw_only=True)
class ControlPlaneArgs:
    """The machine, and the configuration of the cluster."""

    machine: Machine
    facts: pulumi.Output[Facts]
    cluster: ClusterArgs
    after: tuple[pulumi.Resource, ...]


class ControlPlane(pulumi.ComponentResource):
    """A control plane node that `kubeadm init` creates, and its kubeconfig."""

    kubeconfig: pulumi.Output[str]
    """admin.conf; a secret. A separate Command reads it, so that it does not change when init's inputs do."""
    initialised: pulumi.Resource

    def __init__(self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:ControlPlane", name, None, opts)
        machine = args.machine
        host = Host(connection=machine.connection, parent=self)
        self.initialised = host.step(
            "init",
            args.facts.apply(
                lambda facts: payload(
                    SCRIPTS / "init.sh",
                    _files(init_config(args.cluster, machine.name, machine.address, facts)),
                    {"NODE_NAME": machine.name, "NODE_ADDRESS": machine.address},
                )
            ),
            after=args.after,
        )
        read = host.run(f"{name}-kubeconfig", "kubeconfig.sh", after=(self.initialised,), secret=True)
        self.kubeconfig = pulumi.Output.secret(read.stdout)
        self.register_outputs({})


def _files(config: str) -> tuple[MachineFile, ...]:
    return (
        MachineFile(path="/etc/kubernetes/metalml/kubeadm.yaml", text=config, mode="0600"),
        MachineFile(
            path=f"/usr/local/sbin/{APPROVER}",
            text=script_text(SCRIPTS / "approve-serving-certificates.sh"),
            mode="0755",
        ),
        *(
            MachineFile(path=f"/etc/systemd/system/{APPROVER}.{kind}", text=static_file(f"{APPROVER}.{kind}"))
            for kind in ("service", "timer")
        ),
    )
