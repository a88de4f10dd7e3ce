"""How much a team may have at once, and how much one container of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

from components.gpu.resources import GPU, MIG_RESOURCES, SHARED_GPU
from components.labels import OURS

# Kubernetes gives them to its own programs, takes them from anybody, and every other pod gives way to them.
SYSTEM_PRIORITIES = ("system-cluster-critical", "system-node-critical")


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What all pods and objects of a team may add up to. Amounts of CPU and memory are requests."""

    cpu: str
    memory: str
    gpu: int = 0
    shared_gpu: int = 0
    """Turns on GPUs that are time-sliced: another resource than a GPU."""
    slices: Mapping[str, int] = field(default_factory=dict)
    """Of GPUs, by MIG profile, such as 1g.10gb. A quota names each resource: other profiles are free."""
    storage: str
    volume_claims: int
    node_ports: int
    jobs: int

    def hard(self) -> Mapping[str, str]:
        """By the names of a ResourceQuota. Of a resource that is not Kubernetes' own only requests count."""
        return {
            "requests.cpu": self.cpu,
            "requests.memory": self.memory,
            f"requests.{GPU}": str(self.gpu),
            f"requests.{SHARED_GPU}": str(self.shared_gpu),
            **{f"requests.{MIG_RESOURCES}{profile}": str(count) for profile, count in self.slices.items()},
            "requests.storage": self.storage,
            "persistentvolumeclaims": str(self.volume_claims),
            "services.nodeports": str(self.node_ports),
            "count/jobs.batch": str(self.jobs),
        }


@dataclass(frozen=True, kw_only=True)
class ContainerSizes:
    """What a container that says nothing asks for, and what each may take at most. Keys: cpu, memory."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]


def register_quota(
    name: str, namespace: Input[str], quota: Quota, opts: ResourceOptions
) -> tuple[ResourceQuota, ResourceQuota]:
    """Register what the team may have, and that it may not have the priorities of Kubernetes' own programs.

    A refused user reads the name: `exceeded quota: <name>-quota, requested: …, used: …, limited: …`.
    """
    own = ResourceQuota(
        f"{name}-quota",
        metadata=ObjectMetaArgs(name=f"{name}-quota", namespace=namespace, labels=OURS),
        spec=ResourceQuotaSpecArgs(hard=dict(quota.hard())),
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
    name: str, namespace: Input[str], sizes: ContainerSizes, opts: ResourceOptions
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
                    default_request=dict(sizes.requests),
                    default=dict(sizes.limits),
                    max=dict(sizes.limits),
                )
            ]
        ),
        opts=opts,
    )
