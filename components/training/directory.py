"""A directory of a machine for what training writes."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.checks import require_absolute_path
from components.ssh.connection import Connection
from components.ssh.host import Host


@dataclass(frozen=True, kw_only=True)
class MachineDirectoryArgs:
    """Which directory, and whose."""

    machine: Connection
    path: str
    owner: int
    """Number of the user and the group that write in it."""
    after: tuple[pulumi.Resource, ...] = ()

    def __post_init__(self) -> None:
        require_absolute_path("path", self.path)
        if self.owner < 1:
            raise ValueError(f"owner {self.owner} must be 1 or more: no pod of ours is root")


class MachineDirectory(pulumi.ComponentResource):
    """A directory that is there and belongs to a user. It stays with what is in it when the resource goes.

    The kubelet could make it, too, but only for root, and our pods are not root.
    """

    made: pulumi.Resource

    def __init__(self, name: str, args: MachineDirectoryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:training:MachineDirectory", name, None, opts)
        host = Host(connection=args.machine, parent=self, after=args.after)
        self.made = host.run(name, f"directory.sh {args.path} {args.owner}")
        self.register_outputs({})
