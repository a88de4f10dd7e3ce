"""How many pods of a program may be taken away at once, by those who ask."""

from collections.abc import Mapping

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs


def one_at_a_time(
    name: str, metadata: ObjectMetaArgs, pods: Mapping[str, str], opts: ResourceOptions
) -> PodDisruptionBudget:
    """Register that machines are emptied of the pods with these labels one by one, and never not at all."""
    return PodDisruptionBudget(
        name,
        metadata=metadata,
        spec=PodDisruptionBudgetSpecArgs(
            # Also of a single one: its machine has to be drained all the same.
            max_unavailable=1,
            selector=LabelSelectorArgs(match_labels=dict(pods)),
            # A pod that never became ready must not keep its machine from being drained.
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
        opts=opts,
    )
