"""Model files on one machine: a volume over its directory. Pods run there and nowhere else."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    HostPathVolumeSourceArgs,
    NodeSelectorArgs,
    NodeSelectorRequirementArgs,
    NodeSelectorTermArgs,
    PersistentVolume,
    PersistentVolumeSpecArgs,
    VolumeNodeAffinityArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_absolute_path, require_dns_name, require_size
from components.serving.claim import NO_STORAGE_CLASS, claim_on, reserved_for

ACCESS_MODES = ["ReadWriteOnce"]


@dataclass(frozen=True, kw_only=True)
class ModelVolumeArgs:
    """Where a model's files are, and what the volume and its claim are called."""

    namespace: Input[str]
    node: Input[str]
    """Name of the node that has the files; the volume can be used nowhere else."""
    volume: str = "ml-model-pv"
    claim: str = "ml-model-pvc"
    size: str = "5Gi"
    host_path: str = "/mnt/ml-models"

    def __post_init__(self) -> None:
        require_dns_name("volume", self.volume)
        require_dns_name("claim", self.claim)
        require_absolute_path("host_path", self.host_path)
        require_size("size", self.size)


class ModelVolume(pulumi.ComponentResource):
    """A PersistentVolume over a directory of one node, and the claim that alone may bind it.

    A directory of a machine is not the same directory on another machine. The node affinity makes the
    scheduler put the model's pods where the files are, so that no pod ever starts on an empty directory.
    """

    claim: pulumi.Output[str]
    """Name of the PersistentVolumeClaim that pods mount."""

    def __init__(self, name: str, args: ModelVolumeArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:ModelVolume", name, None, opts)
        child = ResourceOptions(parent=self)

        volume = PersistentVolume(
            name,
            metadata=ObjectMetaArgs(name=args.volume),
            spec=PersistentVolumeSpecArgs(
                capacity={"storage": args.size},
                access_modes=ACCESS_MODES,
                # The files are the user's: removing the claim must never remove them.
                persistent_volume_reclaim_policy="Retain",
                storage_class_name=NO_STORAGE_CLASS,
                volume_mode="Filesystem",
                claim_ref=reserved_for(args.claim, args.namespace),
                # Not "DirectoryOrCreate": an empty directory would hide that the files never came.
                host_path=HostPathVolumeSourceArgs(path=args.host_path, type="Directory"),
                node_affinity=_only_on(args.node),
            ),
            opts=child,
        )
        claim = claim_on(
            name,
            volume,
            claim=args.claim,
            namespace=args.namespace,
            access_modes=ACCESS_MODES,
            size=args.size,
            opts=child,
        )

        self.claim = claim.metadata.name
        self.register_outputs({})


def _only_on(node: Input[str]) -> VolumeNodeAffinityArgs:
    """Node affinity that holds for exactly one node."""
    return VolumeNodeAffinityArgs(
        required=NodeSelectorArgs(
            node_selector_terms=[
                NodeSelectorTermArgs(
                    match_expressions=[
                        NodeSelectorRequirementArgs(
                            key="kubernetes.io/hostname", operator="In", values=[node]
                        )
                    ]
                )
            ]
        )
    )
