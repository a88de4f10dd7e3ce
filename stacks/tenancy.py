"""Tenancy: the namespaces of the platform, and its teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi import Input, Output, Resource, ResourceOptions, RunError
from pulumi_kubernetes.core.v1 import Namespace

from components.tenancy.namespace import register_namespace
from components.tenancy.rbac import register_data_scientist
from components.tenancy.team import Team, TeamArgs
from settings import ModelSettings, Settings, TrainingSettings
from settings.needs import shortages
from settings.pod_security import PodSecurity
from stacks.outputs import ClusterOutputs, PlatformOutputs


@dataclass(frozen=True, kw_only=True)
class Tenancy:
    """The namespaces and teams of the cluster."""

    namespaces: Mapping[str, Output[str]]
    """All namespaces by name, with and without a team; a value resolves once pods may be created there."""
    teams: Mapping[str, Mapping[str, Input[Any]]]
    """By name: `group` and `quota`, as in the stack's outputs."""
    deleted_last: Sequence[Namespace]
    """Namespaces that depend on the cluster only; what must be deleted before them can depend on them."""


def build_tenancy(settings: Settings, cluster: ClusterOutputs, queues: Mapping[str, Resource]) -> Tenancy:
    """Register the namespaces without a team, and the teams with their isolation.

    `queues` are ClusterQueues by team. The namespace of such a team depends on its ClusterQueue, so that the
    namespace is deleted first: the deletion of a ClusterQueue completes only when its last workload is gone.
    """
    platform = settings.platform
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    objects = {
        name: register_namespace(name, PodSecurity.RESTRICTED, options) for name in platform.namespaces
    }
    namespaces = {name: namespace.metadata.name for name, namespace in objects.items()}
    teams = {}
    if platform.teams:
        role = register_data_scientist(options).metadata.name
        for team in platform.teams:
            after = ResourceOptions(depends_on=[queues[team.name]] if team.name in queues else [])
            # Not a child of the Team: when a namespace becomes a team's, its URN remains, and so does it.
            namespace = register_namespace(
                team.name, team.pod_security, ResourceOptions.merge(options, after)
            )
            if team.name not in queues:
                objects[team.name] = namespace
            made = Team(
                team.name,
                TeamArgs(settings=team, namespace=namespace.metadata.name, role=role),
                ResourceOptions(provider=options.provider),
            )
            namespaces[team.name] = made.namespace
            teams[team.name] = {"group": team.group, "quota": made.quota}
    return Tenancy(namespaces=namespaces, teams=teams, deleted_last=[*objects.values()])


def with_checked_quotas(
    platform: PlatformOutputs, workloads: Sequence[ModelSettings | TrainingSettings]
) -> PlatformOutputs:
    """The same outputs; `namespaces` raises RunError where a quota is too small for models and training jobs.

    For a platform of another stack; for one of this stack the validation of the settings checks both.
    """
    if not isinstance(platform.teams, Output):
        return platform

    def checked(parts: Sequence[Any]) -> Sequence[str]:
        names, teams = parts
        for name, team in teams.items():
            of_team = [workload for workload in workloads if workload.namespace == name]
            if short := next(shortages(team["quota"], of_team), None):
                raise RunError(
                    f"the team {name} has {short.resource} {short.has}, and its models and training need "
                    f"{short.wanted} ({short.users}): raise its quota in the stack of the platform, or let "
                    "them ask for less"
                )
        return names

    return replace(platform, namespaces=Output.all(platform.namespaces, platform.teams).apply(checked))
