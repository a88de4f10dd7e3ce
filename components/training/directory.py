"""A directory on a machine for checkpoints and trained models."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.checks import require_absolute_path
from components.ssh.connection import Connection
from components.ssh.host import Host


@dataclass(frozen=True, kw_only=True)
class MachineDirectoryArgs:
    """The directory, and its owner."""

    machine: Connection
    path: str
    owner: int
    """UID and GID of the processes that write to it."""
    after: tuple[pulumi.Resource, ...] = ()

    def __post_init__(self) -> None:
        require_absolute_path("path", self.path)
        if self.owner < 1:
            raise ValueError(f"owner {self.owner} must be 1 or more: no pod of ours is root")


class MachineDirectory(pulumi.ComponentResource):
    """A directory owned by a user. Deleting the resource keeps the directory and its files.

    The kubelet could create it (DirectoryOrCreate), but owned by root, and these pods do not run as root.
    """

    made: pulumi.Resource

    def __init__(self, name: str, args: MachineDirectoryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:training:MachineDirectory", name, None, opts)
        host = Host(connection=args.machine, parent=self, after=args.after)
        self.made = host.run(name, f"directory.sh {args.path} {args.owner}")
        self.register_outputs({})
