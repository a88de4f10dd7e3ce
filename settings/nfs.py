"""NFS shares as volumes of the cluster."""

from settings.base import Model
from settings.fields import AbsolutePath, Label
from settings.files import Server


class NfsClassSettings(Model):
    """A StorageClass: each claim of it gets a new directory on the share, which goes with the claim."""

    name: Label = "nfs"
    server: Server
    path: AbsolutePath  # of the share; the class cannot change it, another share needs another name
    default: bool = False  # whether claims that name no class get this one


class NfsSettings(Model):
    """csi-driver-nfs on every node."""

    storage_class: NfsClassSettings | None = None  # None: only volumes that name their directory
