"""A StorageClass that provisions a new directory on one NFS share per PersistentVolumeClaim."""

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
    """The StorageClass, and the NFS share for its directories."""

    name: str
    server: str
    path: str
    default: bool = False
    """Whether it is the default StorageClass. A cluster should have at most one."""

    def __post_init__(self) -> None:
        require_dns_name("name", self.name)
        require_dns_name("server", self.server)
        require_absolute_path("path", self.path)


def register_class(args: NfsClassArgs, opts: ResourceOptions) -> StorageClass:
    """Register the StorageClass. Its parameters are immutable: another share needs a class with another name.

    Deleting a claim deletes its directory with all files. For files that must outlive their claim, use a
    PersistentVolume that names its directory.
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
