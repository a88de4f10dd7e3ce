"""A team: the walls around a namespace that several people share, and their rights in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions

from components.tenancy.network import register_policies
from components.tenancy.quota import register_limits, register_quota
from components.tenancy.rbac import register_binding
from settings.teams import TeamSettings


@dataclass(frozen=True, kw_only=True)
class TeamArgs:
    """Who the team is, what it may have and whom its pods may talk to."""

    settings: TeamSettings
    namespace: Input[str]
    role: Input[str]
    """Name of the ClusterRole whose rights the team's group gets in the namespace."""


class Team(pulumi.ComponentResource):
    """Quota, defaults, network policies and rights in one namespace."""

    namespace: pulumi.Output[str]
    """Its name, known only when all walls stand: no pod is there before them."""
    quota: pulumi.Output[Mapping[str, str]]
    """What the team may have, by the names of a ResourceQuota."""

    def __init__(self, name: str, args: TeamArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:tenancy:Team", name, None, opts)
        child = ResourceOptions(parent=self)

        team, namespace = args.settings, args.namespace
        own, system = register_quota(team.name, namespace, team.quota, child)
        limits = register_limits(team.name, namespace, team, child)
        policies = register_policies(namespace, team.name, team.egress, child)
        register_binding(team.name, namespace, team.group, args.role, child)

        walls = [one.metadata.name for one in (own, system, limits, *policies)]
        self.namespace = pulumi.Output.all(namespace, *walls).apply(lambda parts: str(parts[0]))
        self.quota = own.spec.apply(lambda spec: dict(spec.hard or {}))
        self.register_outputs({})
