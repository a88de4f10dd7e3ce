"""A claim and a volume that belong to each other alone."""

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

# An empty class keeps a default StorageClass from making a volume of its own for the claim.
NO_STORAGE_CLASS = ""


def reserved_for(claim: str, namespace: Input[str]) -> ObjectReferenceArgs:
    """A volume's `claim_ref`. Without it any other claim of its size or less could take the volume first.

    `namespace` is the Output of the layer below, though a volume is in no namespace and could be made sooner
    without: checks such as that of a quota hang on it, and what they refuse must leave no volume behind.
    """
    return ObjectReferenceArgs(
        api_version="v1", kind="PersistentVolumeClaim", name=claim, namespace=namespace
    )


def claim_on(
    name: str,
    volume: PersistentVolume,
    *,
    claim: str,
    namespace: Input[str],
    access_modes: Sequence[str],
    size: str,
    opts: ResourceOptions,
) -> PersistentVolumeClaim:
    """The claim that binds this volume and no other."""
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
