"""Pod placement: tolerations, node affinity and topology spread constraints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pulumi_kubernetes.core.v1 import (
    AffinityArgs,
    NodeAffinityArgs,
    NodeSelectorArgs,
    NodeSelectorRequirementArgs,
    NodeSelectorTermArgs,
    TolerationArgs,
    TopologySpreadConstraintArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs

from components.gpu.node_labels import PRESENT, PRODUCT_LABEL, TAINT
from settings.placement import Machines, Spread

HOST = "kubernetes.io/hostname"


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Constraints on the nodes of pods. By default: any node with the resources, default spreading."""

    machines: Machines | None = None
    product: str | None = None
    """A value of the label nvidia.com/gpu.product, such as NVIDIA-H100-80GB-HBM3."""
    spread: Spread | None = None

    def require_fits(self, gpu: int) -> None:
        """Raise ValueError where the placement contradicts the number of GPUs of each pod."""
        if gpu and self.machines is Machines.CPU:
            raise ValueError(f"placement {self.machines} keeps a pod with {gpu} GPUs off every GPU")
        if not gpu and self.machines is Machines.GPU:
            raise ValueError(f"placement {self.machines} needs gpu to be 1 or more")
        if not gpu and self.product is not None:
            raise ValueError(f"product {self.product!r} is a GPU's; it needs gpu to be 1 or more")


@dataclass(frozen=True, kw_only=True)
class PodScheduling:
    """The scheduling fields of a pod spec."""

    tolerations: list[TolerationArgs] | None
    affinity: AffinityArgs | None
    topology_spread_constraints: list[TopologySpreadConstraintArgs] | None


def pod_scheduling(placement: Placement, *, gpu: int, pods: Mapping[str, str]) -> PodScheduling:
    """The fields for pods that request `gpu` GPUs each; the labels `pods` select these pods and no others."""
    return PodScheduling(
        tolerations=_tolerations(gpu),
        affinity=_affinity(placement, gpu),
        topology_spread_constraints=_spread(placement.spread, pods),
    )


def _tolerations(gpu: int) -> list[TolerationArgs] | None:
    """This taint often keeps other workloads off GPU nodes."""
    if not gpu:
        return None
    return [TolerationArgs(key=TAINT[0], operator="Exists", effect=TAINT[2])]


def _affinity(placement: Placement, gpu: int) -> AffinityArgs | None:
    wanted = []
    if gpu:
        # The GPU request restricts the nodes, too; but an autoscaler chooses node groups by labels.
        wanted.append(_present("In"))
    if placement.machines is Machines.CPU:
        wanted.append(_present("NotIn"))
    if placement.product is not None:
        wanted.append(
            NodeSelectorRequirementArgs(key=PRODUCT_LABEL, operator="In", values=[placement.product])
        )
    if not wanted:
        return None
    return AffinityArgs(
        node_affinity=NodeAffinityArgs(
            required_during_scheduling_ignored_during_execution=NodeSelectorArgs(
                node_selector_terms=[NodeSelectorTermArgs(match_expressions=wanted)]
            )
        )
    )


def _present(operator: Literal["In", "NotIn"]) -> NodeSelectorRequirementArgs:
    ((key, value),) = PRESENT.items()
    return NodeSelectorRequirementArgs(key=key, operator=operator, values=[value])


def _spread(spread: Spread | None, pods: Mapping[str, str]) -> list[TopologySpreadConstraintArgs] | None:
    if spread is None:
        return None
    return [
        TopologySpreadConstraintArgs(
            topology_key=HOST,
            max_skew=1,
            when_unsatisfiable="DoNotSchedule" if spread is Spread.REQUIRE else "ScheduleAnyway",
            label_selector=LabelSelectorArgs(match_labels=dict(pods)),
            # Count the pods of one ReplicaSet only: during a rollout the skew would include the old pods.
            match_label_keys=["pod-template-hash"],
            # Ignore nodes that these pods cannot run on: they stay empty, and counted, they would allow each
            # other node one pod only.
            node_affinity_policy="Honor",
            node_taints_policy="Honor",
        )
    ]
