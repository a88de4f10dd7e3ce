"""Teams: who shares the cluster, and how much of it each may have."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from settings.base import Items, Model, wrong
from settings.compute import ComputeSettings
from settings.fields import Label, Network, Port, Quantity, Text
from settings.gpu_resources import GPU, MIG_RESOURCES, SHARED_GPU
from settings.pod_security import PodSecurity
from settings.queueing import QueueSettings

# What NVIDIA calls a size of slice: compute slices, memory, and what it has besides: 1g.10gb, 1g.10gb.me.
MigProfile = Annotated[str, Field(pattern=r"^[0-9]+g\.[0-9a-z.-]+$")]
Count = Annotated[int, Field(ge=0)]


def _group(value: str) -> str:
    if value.startswith("system:"):
        raise wrong(
            "a group of people, such as vision or oidc:vision",
            "groups that begin with system: are Kubernetes' own, such as everybody who is logged in",
        )
    return value


Group = Annotated[Text, AfterValidator(_group)]


class QuotaSettings(ComputeSettings):
    """What a team may have at once. CPU and memory are what its pods ask for, not what they may take."""

    gpu: Count = 0
    """Whole GPUs."""

    shared_gpu: Count = 0
    """Turns on GPUs, where machines share theirs by time slicing."""

    slices: dict[MigProfile, Count] = Field(default_factory=dict)
    """Slices of GPUs, by MIG profile: `{1g.10gb: 4}`. A profile that is not named is not limited."""

    storage: Quantity = "100Gi"
    """Storage that all volume claims ask for; the default is enough for 20 models of the default size."""

    volume_claims: Count = 20
    """Number of volume claims."""

    node_ports: Count = 20
    """Number of ports of the machines; a model has one, and a cluster 2768."""

    jobs: Count = 100
    """Number of Jobs, finished ones, too, until they are deleted."""

    def hard(self) -> dict[str, str]:
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


class DefaultRequestsSettings(ComputeSettings):
    """What a container asks for that says nothing: room for a Python program with a small data frame."""

    cpu: Quantity = "250m"
    memory: Quantity = "256Mi"


class ContainersSettings(Model):
    """Defaults and bounds of each container."""

    requests: ComputeSettings = DefaultRequestsSettings()
    """What a container asks for that says nothing; at most the limits.

    The default is room for a Python program with a small data frame.
    """

    limits: ComputeSettings | None = None
    """The most that one container may take. `null`: as much as the team has."""


class EgressSettings(Model):
    """Addresses outside the cluster that the team's pods may talk to over TCP."""

    range: Network
    """The addresses."""

    ports: Items[Port]
    """Their TCP ports."""


class TeamSettings(Model):
    """One team. Its namespace has its name."""

    name: Label
    """Name of the team and of its namespace."""

    group: Group
    """Group of the users, as their certificates (O) or the OIDC provider have it.

    Groups that begin with `system:` are Kubernetes' own, and refused. Default: the team's name.
    """

    pod_security: PodSecurity = PodSecurity.RESTRICTED
    """Which pods the API server takes in the namespace."""

    quota: QuotaSettings
    """What the team may have at once. It has to be enough for its models and its training."""

    containers: ContainersSettings = ContainersSettings()
    """Defaults and bounds of each container."""

    egress: Items[EgressSettings] = ()
    """What the team's pods may talk to outside the cluster. Empty: nothing."""

    queue: QueueSettings | None = None
    """The team's part of what Kueue gives out; needs `platform.queueing`.

    `null`: the team's Jobs begin at once, or are refused.
    """

    @model_validator(mode="before")
    @classmethod
    def _name_the_group(cls, data: Any) -> Any:
        return {"group": data.get("name"), **data} if isinstance(data, Mapping) else data

    @property
    def largest(self) -> ComputeSettings:
        """The most that one container of the team may take."""
        return self.quota if self.containers.limits is None else self.containers.limits
