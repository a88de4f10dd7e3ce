"""A team: isolation, quota and RBAC of the namespace that its members share."""

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
    """The team's settings, namespace and role."""

    settings: TeamSettings
    namespace: Input[str]
    role: Input[str]
    """Name of the ClusterRole that the team's group is bound to in the namespace."""


class Team(pulumi.ComponentResource):
    """ResourceQuotas, LimitRange, NetworkPolicies and a RoleBinding in one namespace."""

    namespace: pulumi.Output[str]
    """Its name, an output of quota, LimitRange and NetworkPolicies: no pod is created before them."""
    quota: pulumi.Output[Mapping[str, str]]
    """`spec.hard` of the ResourceQuota."""

    def __init__(self, name: str, args: TeamArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:tenancy:Team", name, None, opts)
        child = ResourceOptions(parent=self)

        team, namespace = args.settings, args.namespace
        own, system = register_quota(team.name, namespace, team.quota, child)
        limits = register_limits(team.name, namespace, team, child)
        policies = register_policies(namespace, team.name, team.egress, child)
        register_binding(team.name, namespace, team.group, args.role, child)

        isolation = [resource.metadata.name for resource in (own, system, limits, *policies)]
        self.namespace = pulumi.Output.all(namespace, *isolation).apply(lambda parts: str(parts[0]))
        self.quota = own.spec.apply(lambda spec: dict(spec.hard or {}))
        self.register_outputs({})
