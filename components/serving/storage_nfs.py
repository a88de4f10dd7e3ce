"""Model files on an NFS share: pods on every node see the same directory."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    CSIPersistentVolumeSourceArgs,
    PersistentVolume,
    PersistentVolumeSpecArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_absolute_path, require_dns_name, require_size
from components.nfs.names import DRIVER, MOUNT_OPTIONS
from components.serving.claim import NO_STORAGE_CLASS, claim_on, reserved_for


@dataclass(frozen=True, kw_only=True)
class ShareVolumeArgs:
    """A directory of an NFS server, and what the volume over it and its claim are called."""

    namespace: Input[str]
    server: str
    path: str
    """The directory on the server. It has to be there: nobody makes it."""
    volume: str
    claim: str
    size: str = "5Gi"
    """What the claim asks for. NFS keeps to no size, so this is only what a quota counts."""
    writable: bool = False
    """Whether pods may write. Model files are only read."""

    def __post_init__(self) -> None:
        require_dns_name("server", self.server)
        require_absolute_path("path", self.path)
        require_dns_name("volume", self.volume)
        require_dns_name("claim", self.claim)
        require_size("size", self.size)


class ShareVolume(pulumi.ComponentResource):
    """A PersistentVolume over a directory of an NFS server, and the claim that alone may bind it.

    Needs csi-driver-nfs on the cluster. Any number of pods on any node mount it at once.
    """

    claim: pulumi.Output[str]
    """Name of the PersistentVolumeClaim that pods mount."""

    def __init__(self, name: str, args: ShareVolumeArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:ShareVolume", name, None, opts)
        child = ResourceOptions(parent=self)
        modes = ["ReadWriteMany" if args.writable else "ReadOnlyMany"]

        volume = PersistentVolume(
            name,
            metadata=ObjectMetaArgs(name=args.volume),
            spec=PersistentVolumeSpecArgs(
                capacity={"storage": args.size},
                access_modes=modes,
                # The share is the user's: removing the claim must never remove what is on it.
                persistent_volume_reclaim_policy="Retain",
                storage_class_name=NO_STORAGE_CLASS,
                volume_mode="Filesystem",
                claim_ref=reserved_for(args.claim, args.namespace),
                mount_options=[*MOUNT_OPTIONS, *([] if args.writable else ["ro"])],
                csi=CSIPersistentVolumeSourceArgs(
                    driver=DRIVER,
                    # Unique in the cluster: the kubelet takes two volumes of one handle for the same mount.
                    volume_handle=f"{args.server}#{args.path.lstrip('/')}##{args.volume}",
                    volume_attributes={"server": args.server, "share": args.path},
                    read_only=not args.writable,
                ),
            ),
            opts=child,
        )
        claim = claim_on(
            name,
            volume,
            claim=args.claim,
            namespace=args.namespace,
            access_modes=modes,
            size=args.size,
            opts=child,
        )

        self.claim = claim.metadata.name
        self.register_outputs({})
