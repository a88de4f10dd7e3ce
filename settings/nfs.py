"""NFS shares as volumes of the cluster."""

from settings.base import Model
from settings.fields import AbsolutePath, Label
from settings.files import Server


class NfsClassSettings(Model):
    """A StorageClass: each claim of it gets a new directory on the share, which goes with the claim."""

    name: Label = "nfs"
    """Name of the class."""

    server: Server
    """The NFS server."""

    path: AbsolutePath
    """Path of the share. The class cannot change it: another share needs another name."""

    default: bool = False
    """Whether claims that name no class get this one."""


class NfsSettings(Model):
    """csi-driver-nfs on every node."""

    storage_class: NfsClassSettings | None = None
    """A class for claims of your own. `null`: there are only volumes that name their directory."""
