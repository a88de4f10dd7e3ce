"""RBAC of the platform's programs: roles, and their bindings to ServiceAccounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgs,
    Role,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

RBAC_API_GROUP = "rbac.authorization.k8s.io"
KUBE_SYSTEM = "kube-system"
# Kubernetes' default ClusterRole for delegated authentication and authorization: with it, an extension API
# server creates TokenReviews and SubjectAccessReviews.
AUTH_DELEGATOR = "system:auth-delegator"
# Kubernetes' default Role in kube-system: reads the CA by which such a server authenticates the API server.
AUTH_READER = "extension-apiserver-authentication-reader"


@dataclass(frozen=True, kw_only=True)
class RbacRules:
    """The rules of a ClusterRole, the rules of a Role per namespace, and bindings to default roles."""

    cluster: Sequence[PolicyRuleArgs] = ()
    namespaces: Mapping[str, Sequence[PolicyRuleArgs]] = field(default_factory=dict)
    delegated_auth: bool = False
    """Bind the roles of an extension API server, which delegates authentication and authorization."""


def policy_rule(
    verbs: Sequence[str], group: str, resources: Sequence[str], only: Sequence[str] = ()
) -> PolicyRuleArgs:
    """A rule for resources of one API group ("" is the core group); `only` lists resource names."""
    return PolicyRuleArgs(
        api_groups=[group],
        resources=list(resources),
        verbs=list(verbs),
        resource_names=list(only) or None,
    )


def bind_rules(
    name: str,
    rbac: RbacRules,
    account: ServiceAccount,
    labels: Mapping[str, str],
    opts: ResourceOptions,
) -> list[Resource]:
    """Register roles with these rules and bind them to the account; returns the bindings, for depends_on."""
    subjects = [
        SubjectArgs(kind="ServiceAccount", name=account.metadata.name, namespace=account.metadata.namespace)
    ]

    def cluster_binding(resource: str, role: RoleRefArgs, object_name: str) -> ClusterRoleBinding:
        metadata = ObjectMetaArgs(name=object_name, labels=labels)
        return ClusterRoleBinding(resource, metadata=metadata, role_ref=role, subjects=subjects, opts=opts)

    bindings: list[Resource] = []
    # `namespaces` has names, not outputs: only the account depends on the Namespace object.
    then = ResourceOptions.merge(opts, ResourceOptions(depends_on=[account]))
    if rbac.cluster:
        role = ClusterRole(
            name,
            metadata=ObjectMetaArgs(name=f"metalml:{name}", labels=labels),
            rules=list(rbac.cluster),
            opts=opts,
        )
        reference = RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=role.metadata.name)
        bindings.append(cluster_binding(name, reference, f"metalml:{name}"))
    for namespace, rules in rbac.namespaces.items():
        there = ObjectMetaArgs(name=f"metalml:{name}", namespace=namespace, labels=labels)
        role = Role(f"{name}-{namespace}", metadata=there, rules=list(rules), opts=then)
        reference = RoleRefArgs(api_group=RBAC_API_GROUP, kind="Role", name=role.metadata.name)
        bindings.append(
            RoleBinding(
                f"{name}-{namespace}", metadata=there, role_ref=reference, subjects=subjects, opts=then
            )
        )
    if rbac.delegated_auth:
        delegator = RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=AUTH_DELEGATOR)
        bindings.append(cluster_binding(f"{name}-delegator", delegator, f"metalml:{name}:auth-delegator"))
        bindings.append(
            RoleBinding(
                f"{name}-reader",
                metadata=ObjectMetaArgs(
                    name=f"metalml:{name}:auth-reader", namespace=KUBE_SYSTEM, labels=labels
                ),
                role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="Role", name=AUTH_READER),
                subjects=subjects,
                opts=opts,
            )
        )
    return bindings
