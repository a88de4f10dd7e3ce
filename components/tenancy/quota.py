"""ResourceQuotas and the LimitRange of a team's namespace."""

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    LimitRange,
    LimitRangeItemArgs,
    LimitRangeSpecArgs,
    ResourceQuota,
    ResourceQuotaSpecArgs,
    ScopedResourceSelectorRequirementArgs,
    ScopeSelectorArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.labels import COMMON_LABELS
from settings.teams import QuotaSettings, TeamSettings

# For Kubernetes' own components. Any user may set them, and their pods preempt all others.
SYSTEM_PRIORITIES = ("system-cluster-critical", "system-node-critical")


def register_quota(
    name: str, namespace: Input[str], quota: QuotaSettings, opts: ResourceOptions
) -> tuple[ResourceQuota, ResourceQuota]:
    """Register the team's ResourceQuota, and a ResourceQuota that forbids the system priorities.

    The API server's message has the name: `exceeded quota: <name>-quota, requested: …, used: …, limited: …`.
    """
    own = ResourceQuota(
        f"{name}-quota",
        metadata=ObjectMetaArgs(name=f"{name}-quota", namespace=namespace, labels=COMMON_LABELS),
        spec=ResourceQuotaSpecArgs(hard=quota.hard()),
        opts=opts,
    )
    system = ResourceQuota(
        f"{name}-no-system-priority",
        metadata=ObjectMetaArgs(name=f"{name}-no-system-priority", namespace=namespace, labels=COMMON_LABELS),
        spec=ResourceQuotaSpecArgs(
            hard={"pods": "0"},
            scope_selector=ScopeSelectorArgs(
                match_expressions=[
                    ScopedResourceSelectorRequirementArgs(
                        scope_name="PriorityClass", operator="In", values=list(SYSTEM_PRIORITIES)
                    )
                ]
            ),
        ),
        opts=opts,
    )
    return own, system


def register_limits(
    name: str, namespace: Input[str], team: TeamSettings, opts: ResourceOptions
) -> LimitRange:
    """Register default requests and limits, because the quota rejects pods that have none.

    The default limit is also the maximum. With a smaller default, a pod with a larger request and no limit
    would be rejected with a message about a limit that its manifest does not have.
    """
    return LimitRange(
        f"{name}-limits",
        metadata=ObjectMetaArgs(name=f"{name}-limits", namespace=namespace, labels=COMMON_LABELS),
        spec=LimitRangeSpecArgs(
            limits=[
                LimitRangeItemArgs(
                    type="Container",
                    default_request=team.containers.requests.amounts,
                    default=team.largest.amounts,
                    max=team.largest.amounts,
                )
            ]
        ),
        opts=opts,
    )
