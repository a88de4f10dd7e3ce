"""Model files on an NFS share: pods on all nodes mount the same directory."""

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
from components.serving.claim import NO_STORAGE_CLASS, claim_ref, register_claim


@dataclass(frozen=True, kw_only=True)
class ShareVolumeArgs:
    """A directory of an NFS server, and the names of the volume and its claim."""

    namespace: Input[str]
    server: str
    path: str
    """The directory on the server. It must exist: neither the driver nor this program creates it."""
    volume: str
    claim: str
    size: str = "5Gi"
    """The storage request of the claim. NFS enforces no size, so only a ResourceQuota uses it."""
    writable: bool = False
    """Whether pods may write. Model files are read-only."""

    def __post_init__(self) -> None:
        require_dns_name("server", self.server)
        require_absolute_path("path", self.path)
        require_dns_name("volume", self.volume)
        require_dns_name("claim", self.claim)
        require_size("size", self.size)


class ShareVolume(pulumi.ComponentResource):
    """A PersistentVolume for a directory of an NFS server, and the only claim that may bind to it.

    Requires csi-driver-nfs in the cluster. Any number of pods on any node can mount it at the same time.
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
                # The share belongs to the user: deleting the claim must never delete its files.
                persistent_volume_reclaim_policy="Retain",
                storage_class_name=NO_STORAGE_CLASS,
                volume_mode="Filesystem",
                claim_ref=claim_ref(args.claim, args.namespace),
                mount_options=[*MOUNT_OPTIONS, *([] if args.writable else ["ro"])],
                csi=CSIPersistentVolumeSourceArgs(
                    driver=DRIVER,
                    # Unique in the cluster: for the kubelet, two volumes with one handle are the same mount.
                    volume_handle=f"{args.server}#{args.path.lstrip('/')}##{args.volume}",
                    volume_attributes={"server": args.server, "share": args.path},
                    read_only=not args.writable,
                ),
            ),
            opts=child,
        )
        claim = register_claim(
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
