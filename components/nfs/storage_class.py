"""A class for claims: each gets a new directory on one NFS share."""

from dataclasses import dataclass

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.storage.v1 import StorageClass

from components.checks import require_absolute_path, require_dns_name
from components.kubernetes.labels import OURS
from components.nfs.names import DRIVER, MOUNT_OPTIONS

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


@dataclass(frozen=True, kw_only=True)
class NfsClassArgs:
    """The share on which directories are made, and the class by which claims ask for one."""

    name: str
    server: str
    path: str
    default: bool = False
    """Whether claims that name no class get this one. A cluster has one such class at most."""

    def __post_init__(self) -> None:
        require_dns_name("name", self.name)
        require_dns_name("server", self.server)
        require_absolute_path("path", self.path)


def register_class(args: NfsClassArgs, opts: ResourceOptions) -> StorageClass:
    """Register the class. Its parameters cannot change: another share needs a class of another name.

    A directory goes with its claim, and what is in it with it: files that must outlive their claim belong on
    a volume that names its directory.
    """
    return StorageClass(
        args.name,
        metadata=ObjectMetaArgs(
            name=args.name,
            labels=OURS,
            annotations={DEFAULT_CLASS: "true"} if args.default else None,
        ),
        provisioner=DRIVER,
        parameters={"server": args.server, "share": args.path, "onDelete": "delete"},
        reclaim_policy="Delete",
        volume_binding_mode="Immediate",
        allow_volume_expansion=False,
        mount_options=list(MOUNT_OPTIONS),
        opts=opts,
    )
