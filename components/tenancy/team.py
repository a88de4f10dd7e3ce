"""A team: the walls around a namespace that several people share, and their rights in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions

from components.checks import require_dns_label
from components.tenancy.network import Egress, register_policies
from components.tenancy.quota import ContainerSizes, Quota, register_limits, register_quota
from components.tenancy.rights import register_binding


@dataclass(frozen=True, kw_only=True)
class TeamArgs:
    """Who the team is, what it may have and whom its pods may talk to."""

    name: str
    namespace: Input[str]
    group: str
    """As the API server knows its users' groups: from a certificate's O, or an OIDC provider's claim."""
    role: Input[str]
    """Name of the ClusterRole whose rights the group gets in the namespace."""
    quota: Quota
    containers: ContainerSizes
    egress: Sequence[Egress] = ()

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        # They are Kubernetes' own, such as everybody who is logged in.
        if not self.group or self.group.startswith("system:"):
            raise ValueError(f"group {self.group!r} is no group of people; use one that is not system:…")


class Team(pulumi.ComponentResource):
    """Quota, defaults, network policies and rights in one namespace."""

    namespace: pulumi.Output[str]
    """Its name, known only when all walls stand: no pod is there before them."""
    quota: pulumi.Output[Mapping[str, str]]
    """What the team may have, by the names of a ResourceQuota."""

    def __init__(self, name: str, args: TeamArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:tenancy:Team", name, None, opts)
        child = ResourceOptions(parent=self)

        own, system = register_quota(args.name, args.namespace, args.quota, child)
        limits = register_limits(args.name, args.namespace, args.containers, child)
        policies = register_policies(args.namespace, args.name, args.egress, child)
        register_binding(args.name, args.namespace, args.group, args.role, child)

        walls = [one.metadata.name for one in (own, system, limits, *policies)]
        self.namespace = pulumi.Output.all(args.namespace, *walls).apply(lambda parts: str(parts[0]))
        self.quota = own.spec.apply(lambda spec: dict(spec.hard or {}))
        self.register_outputs({})
