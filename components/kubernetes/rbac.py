"""What a program of the platform may do in the cluster."""

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

RBAC = "rbac.authorization.k8s.io"
SYSTEM = "kube-system"
# Kubernetes' own, for servers that the API server forwards requests to: who somebody is, and what he may.
AUTH_DELEGATOR = "system:auth-delegator"
# Kubernetes' own, in kube-system: by which certificate the API server itself is known to such servers.
AUTH_READER = "extension-apiserver-authentication-reader"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Rules for the whole cluster, rules for single namespaces, and roles that are there already."""

    cluster: Sequence[PolicyRuleArgs] = ()
    namespaces: Mapping[str, Sequence[PolicyRuleArgs]] = field(default_factory=dict)
    answers_for_api_server: bool = False
    """Requests come from the API server on behalf of users, whose rights have to be asked for."""


def may(
    verbs: Sequence[str], group: str, resources: Sequence[str], only: Sequence[str] = ()
) -> PolicyRuleArgs:
    """A rule over resources of one group ("" is the core)."""
    return PolicyRuleArgs(
        api_groups=[group],
        resources=list(resources),
        verbs=list(verbs),
        resource_names=list(only) or None,
    )


def register_rights(
    name: str,
    rights: Rights,
    account: ServiceAccount,
    labels: Mapping[str, str],
    opts: ResourceOptions,
) -> list[Resource]:
    """Bind the rights to the account; returns the bindings, to be waited for."""
    subjects = [
        SubjectArgs(kind="ServiceAccount", name=account.metadata.name, namespace=account.metadata.namespace)
    ]

    def cluster_binding(resource: str, role: RoleRefArgs, object_name: str) -> ClusterRoleBinding:
        metadata = ObjectMetaArgs(name=object_name, labels=labels)
        return ClusterRoleBinding(resource, metadata=metadata, role_ref=role, subjects=subjects, opts=opts)

    bindings: list[Resource] = []
    # The account's namespace may have to be made first, and the rules name it in plain text.
    then = ResourceOptions.merge(opts, ResourceOptions(depends_on=[account]))
    if rights.cluster:
        role = ClusterRole(
            name,
            metadata=ObjectMetaArgs(name=f"metalml:{name}", labels=labels),
            rules=list(rights.cluster),
            opts=opts,
        )
        reference = RoleRefArgs(api_group=RBAC, kind="ClusterRole", name=role.metadata.name)
        bindings.append(cluster_binding(name, reference, f"metalml:{name}"))
    for namespace, rules in rights.namespaces.items():
        there = ObjectMetaArgs(name=f"metalml:{name}", namespace=namespace, labels=labels)
        role = Role(f"{name}-{namespace}", metadata=there, rules=list(rules), opts=then)
        reference = RoleRefArgs(api_group=RBAC, kind="Role", name=role.metadata.name)
        bindings.append(
            RoleBinding(
                f"{name}-{namespace}", metadata=there, role_ref=reference, subjects=subjects, opts=then
            )
        )
    if rights.answers_for_api_server:
        delegator = RoleRefArgs(api_group=RBAC, kind="ClusterRole", name=AUTH_DELEGATOR)
        bindings.append(cluster_binding(f"{name}-delegator", delegator, f"metalml:{name}:auth-delegator"))
        bindings.append(
            RoleBinding(
                f"{name}-reader",
                metadata=ObjectMetaArgs(name=f"metalml:{name}:auth-reader", namespace=SYSTEM, labels=labels),
                role_ref=RoleRefArgs(api_group=RBAC, kind="Role", name=AUTH_READER),
                subjects=subjects,
                opts=opts,
            )
        )
    return bindings
