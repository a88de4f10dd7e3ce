"""Model files on one node: a hostPath PersistentVolume with node affinity."""

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
from components.serving.claim import NO_STORAGE_CLASS, claim_ref, register_claim

ACCESS_MODES = ["ReadWriteOnce"]


@dataclass(frozen=True, kw_only=True)
class ModelVolumeArgs:
    """The node and path of a model's files, and the names of the volume and its claim."""

    namespace: Input[str]
    node: Input[str]
    """Name of the node with the files; pods that mount the volume run on this node only."""
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
    """A hostPath PersistentVolume on one node, and the only claim that may bind to it.

    The same path on another node is another directory. The node affinity makes the scheduler place the
    model's pods on the node with the files, so that no pod ever starts with an empty directory.
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
                # The files belong to the user: deleting the claim must never delete them.
                persistent_volume_reclaim_policy="Retain",
                storage_class_name=NO_STORAGE_CLASS,
                volume_mode="Filesystem",
                claim_ref=claim_ref(args.claim, args.namespace),
                # Not "DirectoryOrCreate": an empty directory would hide that the files are missing.
                host_path=HostPathVolumeSourceArgs(path=args.host_path, type="Directory"),
                node_affinity=_only_on(args.node),
            ),
            opts=child,
        )
        claim = register_claim(
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
    """Node affinity for exactly one node."""
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
