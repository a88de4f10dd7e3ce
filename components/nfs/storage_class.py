"""A StorageClass that provisions a new directory on one NFS share per PersistentVolumeClaim."""

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.storage.v1 import StorageClass

from components.kubernetes.labels import COMMON_LABELS
from components.nfs.names import DRIVER, MOUNT_OPTIONS
from settings.nfs import NfsClassSettings

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def register_class(settings: NfsClassSettings, opts: ResourceOptions) -> StorageClass:
    """Register the StorageClass. Its parameters are immutable: another share needs a class with another name.

    Deleting a claim deletes its directory with all files. For files that must outlive their claim, use a
    PersistentVolume that names its directory.
    """
    return StorageClass(
        settings.name,
        metadata=ObjectMetaArgs(
            name=settings.name,
            labels=COMMON_LABELS,
            annotations={DEFAULT_CLASS: "true"} if settings.default else None,
        ),
        provisioner=DRIVER,
        parameters={"server": settings.server, "share": settings.path, "onDelete": "delete"},
        reclaim_policy="Delete",
        volume_binding_mode="Immediate",
        allow_volume_expansion=False,
        mount_options=list(MOUNT_OPTIONS),
        opts=opts,
    )
