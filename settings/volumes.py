"""Volumes that outlive the pods that use them."""

from settings.base import Model
from settings.fields import DnsName, Size


class VolumeSettings(Model):
    """A volume, or one for each replica."""

    size: Size
    """Size of each volume."""

    storage_class: DnsName | None = None
    """StorageClass of the claims. `null`: the cluster's default."""
