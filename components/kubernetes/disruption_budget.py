"""PodDisruptionBudgets: voluntary disruptions, such as a drain, evict one pod at a time."""

from collections.abc import Mapping

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs


def register_disruption_budget(
    name: str, metadata: ObjectMetaArgs, pods: Mapping[str, str], opts: ResourceOptions
) -> PodDisruptionBudget:
    """Register a PodDisruptionBudget with maxUnavailable 1 for the pods with these labels."""
    return PodDisruptionBudget(
        name,
        metadata=metadata,
        spec=PodDisruptionBudgetSpecArgs(
            # 1 also with a single replica: 0 would block every drain of its node.
            max_unavailable=1,
            selector=LabelSelectorArgs(match_labels=dict(pods)),
            # A pod that never becomes ready must not block a drain.
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
        opts=opts,
    )
