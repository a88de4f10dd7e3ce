"""A PersistentVolumeClaim that is statically bound to one PersistentVolume."""

from collections.abc import Sequence

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    ObjectReferenceArgs,
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeClaimSpecArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

# An empty class disables dynamic provisioning by the default StorageClass.
NO_STORAGE_CLASS = ""


def claim_ref(claim: str, namespace: Input[str]) -> ObjectReferenceArgs:
    """A volume's `claimRef`, which reserves it: without it any claim of its size or less could bind it first.

    `namespace` is the Output of the layer below, though a volume is cluster-scoped and could be created
    earlier: checks such as that of a quota are part of this Output, and if they fail, no volume may remain.
    """
    return ObjectReferenceArgs(
        api_version="v1", kind="PersistentVolumeClaim", name=claim, namespace=namespace
    )


def register_claim(
    name: str,
    volume: PersistentVolume,
    *,
    claim: str,
    namespace: Input[str],
    access_modes: Sequence[str],
    size: str,
    opts: ResourceOptions,
) -> PersistentVolumeClaim:
    """Register the claim that binds to this volume and no other."""
    return PersistentVolumeClaim(
        name,
        metadata=ObjectMetaArgs(name=claim, namespace=namespace),
        spec=PersistentVolumeClaimSpecArgs(
            access_modes=list(access_modes),
            storage_class_name=NO_STORAGE_CLASS,
            volume_mode="Filesystem",
            volume_name=volume.metadata.name,
            resources=VolumeResourceRequirementsArgs(requests={"storage": size}),
        ),
        opts=opts,
    )
