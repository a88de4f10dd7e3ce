"""PriorityClasses: whose pods go first when a cluster is full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pulumi import Output, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from components.kubernetes.labels import OURS
from settings.priority import Priority


@dataclass(frozen=True, kw_only=True)
class Level:
    """What a PriorityClass does."""

    value: int
    preemption: Literal["PreemptLowerPriority", "Never"]
    description: str


# A pod without a class has 0, Kubernetes' own classes begin at 2,000,000,000 and the API server takes up to
# 1,000,000,000 from others. Serving and training are far apart and far from both, so that a class of your own
# fits between any two. Best-effort is below 0, so that a pod that says nothing goes before it; and below -10,
# from where on the Cluster Autoscaler by its default neither rents a machine for a pod nor keeps one.
LEVELS: Mapping[Priority, Level] = {
    Priority.SERVING: Level(
        value=100_000,
        preemption="PreemptLowerPriority",
        description="Model servers: somebody waits for the answer. Takes the place of both others.",
    ),
    Priority.TRAINING: Level(
        value=10_000,
        preemption="PreemptLowerPriority",
        description="Training: goes on from a checkpoint after giving way. Takes the place of best-effort.",
    ),
    Priority.BEST_EFFORT: Level(
        value=-1_000,
        preemption="Never",
        description="Work that uses what is left: waits for a free place and gives way to everybody.",
    ),
}


def register_priorities(opts: ResourceOptions) -> Mapping[Priority, Output[str]]:
    """Register the three classes. They have no namespace: a cluster has them once.

    No class is the default of pods that name none: the platform's own controllers would change with it.
    Each name is known when its class is there; before that no pod with it is taken.
    """
    return {priority: _register(priority, level, opts) for priority, level in LEVELS.items()}


def _register(priority: Priority, level: Level, opts: ResourceOptions) -> Output[str]:
    made = PriorityClass(
        priority,
        metadata=ObjectMetaArgs(
            name=priority,
            labels=OURS,
        ),
        value=level.value,
        preemption_policy=level.preemption,
        global_default=False,
        description=level.description,
        opts=opts,
    )
    return made.metadata.name
