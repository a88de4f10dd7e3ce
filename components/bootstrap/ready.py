"""Applies a node's labels and taints, and waits until it is Ready."""

from dataclasses import dataclass
from typing import Any

import pulumi
import yaml

from components.machines.machine import Machine
from components.ssh.host import Host

TAINTS_ANNOTATION = "metalml/taints"


@dataclass(frozen=True, kw_only=True)
class ReadyNodeArgs:
    """The node's machine, and the control plane on which kubectl runs."""

    machine: Machine
    control_plane: Machine
    after: tuple[pulumi.Resource, ...]
    """The node's join and the pod network: without a CNI plugin a node never becomes Ready."""


class ReadyNode(pulumi.ComponentResource):
    """A node that is Ready and whose kubelet has a serving certificate, which `kubectl logs` needs.

    Resources in the cluster depend on `reached`.
    """

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
    """Our fields of the Node object, as YAML for server-side apply, which also removes labels.

    spec.taints is an atomic list, to which Kubernetes adds its own taints. So the annotation metalml/taints
    lists ours: with it scripts/node/wait-ready.sh adds taints, and removes those that were ours and are no
    longer listed.
    """
    labels = dict(machine.labels)
    if machine.role == "worker":
        labels["node-role.kubernetes.io/worker"] = ""
    metadata: dict[str, Any] = {"name": machine.name, "labels": labels}
    if machine.taints:
        taints = (f"{key}={value}:{effect}" for key, value, effect in machine.taints)
        metadata["annotations"] = {TAINTS_ANNOTATION: " ".join(taints)}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Node", "metadata": metadata}, sort_keys=False)
