"""PriorityClasses: which pods the scheduler preempts when a cluster is full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pulumi import Output, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from components.kubernetes.labels import COMMON_LABELS
from settings.priority import Priority


@dataclass(frozen=True, kw_only=True)
class Level:
    """Value, preemptionPolicy and description of a PriorityClass."""

    value: int
    preemption: Literal["PreemptLowerPriority", "Never"]
    description: str


# A pod without a class has priority 0. Kubernetes' own classes start at 2,000,000,000, and the API server
# accepts up to 1,000,000,000 for other classes. The values are far apart, so that your own classes fit
# between any two. Best-effort is below 0, so that a pod without a class is scheduled first; and below -10,
# the default of the Cluster Autoscaler's --expendable-pods-priority-cutoff: it neither adds nor keeps a node
# for such a pod.
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
    """Register the three classes, which are cluster-scoped; returns their names.

    None is the globalDefault, which would change the priority of the platform's own controllers. Each name is
    an output of its class: the API server rejects pods that name a missing class.
    """
    return {priority: _register(priority, level, opts) for priority, level in LEVELS.items()}


def _register(priority: Priority, level: Level, opts: ResourceOptions) -> Output[str]:
    priority_class = PriorityClass(
        priority,
        metadata=ObjectMetaArgs(
            name=priority,
            labels=COMMON_LABELS,
        ),
        value=level.value,
        preemption_policy=level.preemption,
        global_default=False,
        description=level.description,
        opts=opts,
    )
    return priority_class.metadata.name
