"""Waiting until a node is Ready, and keeping its labels and taints."""

from dataclasses import dataclass
from typing import Any

import pulumi
import yaml

from components.machines.machine import Machine
from components.ssh.host import Host

TAINTS_ANNOTATION = "metalml/taints"


@dataclass(frozen=True, kw_only=True)
class ReadyNodeArgs:
    """The node and where to ask about it."""

    machine: Machine
    control_plane: Machine
    after: tuple[pulumi.Resource, ...]
    """The node's join and the pod network: a node without one never is Ready."""


class ReadyNode(pulumi.ComponentResource):
    """A node that runs pods and answers for their logs; what uses the cluster depends on `reached`."""

    reached: pulumi.Resource

    def __init__(self, name: str, args: ReadyNodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:ReadyNode", name, None, opts)
        self.reached = Host(connection=args.machine.connection, parent=self, after=args.after).run(
            f"{name}-ready",
            "ready.sh",
            control=args.control_plane.connection,
            payload=node_manifest(args.machine),
        )
        self.register_outputs({})


def node_manifest(machine: Machine) -> str:
    """Our part of the Node object; applied server-side, so that a label taken out here goes there too.

    The list of taints can only be applied whole, and Kubernetes puts its own into it. So ours stand in an
    annotation, by which scripts/node/wait-ready.sh knows which to add, and which were ours and are no more.
    """
    labels = dict(machine.labels)
    if machine.role == "worker":
        labels["node-role.kubernetes.io/worker"] = ""
    metadata: dict[str, Any] = {"name": machine.name, "labels": labels}
    if machine.taints:
        written = (f"{key}={value}:{effect}" for key, value, effect in machine.taints)
        metadata["annotations"] = {TAINTS_ANNOTATION: " ".join(written)}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Node", "metadata": metadata}, sort_keys=False)
