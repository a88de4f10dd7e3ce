"""How much a team may have at once, and how much one container of it."""

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

from components.kubernetes.labels import OURS
from settings.teams import QuotaSettings, TeamSettings

# Kubernetes gives them to its own programs, takes them from anybody, and every other pod gives way to them.
SYSTEM_PRIORITIES = ("system-cluster-critical", "system-node-critical")


def register_quota(
    name: str, namespace: Input[str], quota: QuotaSettings, opts: ResourceOptions
) -> tuple[ResourceQuota, ResourceQuota]:
    """Register what the team may have, and that it may not have the priorities of Kubernetes' own programs.

    A refused user reads the name: `exceeded quota: <name>-quota, requested: …, used: …, limited: …`.
    """
    own = ResourceQuota(
        f"{name}-quota",
        metadata=ObjectMetaArgs(name=f"{name}-quota", namespace=namespace, labels=OURS),
        spec=ResourceQuotaSpecArgs(hard=quota.hard()),
        opts=opts,
    )
    system = ResourceQuota(
        f"{name}-no-system-priority",
        metadata=ObjectMetaArgs(name=f"{name}-no-system-priority", namespace=namespace, labels=OURS),
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
    """Register defaults, so that the quota never refuses a pod only because it says nothing.

    The limit that a container gets is also the largest that one may have. A smaller default would refuse
    whoever asks for more than it without a limit, with a message about a limit that nobody wrote.
    """
    return LimitRange(
        f"{name}-limits",
        metadata=ObjectMetaArgs(name=f"{name}-limits", namespace=namespace, labels=OURS),
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
