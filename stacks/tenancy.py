"""Tenancy: the namespaces of the platform, and the teams that have some of them."""

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
    """What there is for those who share the cluster."""

    namespaces: Mapping[str, Output[str]]
    """By name, of teams and without; each value is known when pods may come."""
    teams: Mapping[str, Mapping[str, Input[Any]]]
    """By name: the group and the quota, as the stack shows them."""
    deleted_last: Sequence[Namespace]
    """Those that wait for nothing but the cluster, for what has to be removed before them."""


def build_tenancy(settings: Settings, cluster: ClusterOutputs, shares: Mapping[str, Resource]) -> Tenancy:
    """Make the plain namespaces, and those of teams with their walls.

    `shares` are what teams' queues give out, by team. The namespace of such a team is made after its share,
    so that it goes before: a share goes only when its last job has gone.
    """
    platform = settings.platform
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    objects = {
        name: register_namespace(name, PodSecurity.RESTRICTED, options) for name in platform.namespaces
    }
    namespaces = {name: one.metadata.name for name, one in objects.items()}
    teams = {}
    if platform.teams:
        role = register_data_scientist(options).metadata.name
        for team in platform.teams:
            after = ResourceOptions(depends_on=[shares[team.name]] if team.name in shares else [])
            # Not inside the team: a namespace that becomes a team's is the same resource, and stays.
            namespace = register_namespace(
                team.name, team.pod_security, ResourceOptions.merge(options, after)
            )
            if team.name not in shares:
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
    platform: PlatformOutputs, work: Sequence[ModelSettings | TrainingSettings]
) -> PlatformOutputs:
    """The same outputs, in which a namespace with too small a quota for its work is an error.

    For a platform of another stack; with one of this stack, the check of the settings has seen both.
    """
    if not isinstance(platform.teams, Output):
        return platform

    def checked(parts: Sequence[Any]) -> Sequence[str]:
        names, teams = parts
        for name, team in teams.items():
            of_team = [one for one in work if one.namespace == name]
            if short := next(shortages(team["quota"], of_team), None):
                raise RunError(
                    f"the team {name} has {short.resource} {short.has}, and its models and training need "
                    f"{short.wanted} ({short.users}): raise its quota in the stack of the platform, or let "
                    "them ask for less"
                )
        return names

    return replace(platform, namespaces=Output.all(platform.namespaces, platform.teams).apply(checked))
