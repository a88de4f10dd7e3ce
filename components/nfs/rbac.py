"""RBAC of the driver's controller: provisioning volumes, without access to workloads and Secrets."""

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgs,
    RoleRefArgs,
    SubjectArgs,
)

from components.kubernetes.labels import COMMON_LABELS
from components.nfs.names import CONTROLLER, NAMESPACE

READ = ["get", "list", "watch"]
# What csi-provisioner needs. Left out of the release's own role: snapshots and resizing, which the
# StorageClass does not support, and reading all Secrets, which only shares with mount secrets need.
RULES = (
    ("", "persistentvolumes", [*READ, "create", "patch", "delete"]),
    ("", "persistentvolumeclaims", [*READ, "update"]),
    ("storage.k8s.io", "storageclasses", READ),
    ("storage.k8s.io", "csinodes", READ),
    ("", "nodes", READ),
    ("", "events", [*READ, "create", "update", "patch"]),
    ("coordination.k8s.io", "leases", [*READ, "create", "update", "patch"]),
)


def register_account(name: str, account: str, child: ResourceOptions) -> Output[str]:
    """Register a ServiceAccount in the driver's namespace; returns its name."""
    created = ServiceAccount(
        f"{name}-{account}",
        metadata=ObjectMetaArgs(name=account, namespace=NAMESPACE, labels=COMMON_LABELS),
        automount_service_account_token=False,
        opts=child,
    )
    return created.metadata.name


def register_controller_role(name: str, account: Output[str], child: ResourceOptions) -> list[Resource]:
    """Register the controller's ClusterRole and bind it to its ServiceAccount."""
    role = ClusterRole(
        name,
        metadata=ObjectMetaArgs(name=CONTROLLER, labels=COMMON_LABELS),
        rules=[
            PolicyRuleArgs(api_groups=[group], resources=[resource], verbs=list(verbs))
            for group, resource, verbs in RULES
        ],
        opts=child,
    )
    binding = ClusterRoleBinding(
        name,
        metadata=ObjectMetaArgs(name=CONTROLLER, labels=COMMON_LABELS),
        role_ref=RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role.metadata.name
        ),
        subjects=[SubjectArgs(kind="ServiceAccount", name=account, namespace=NAMESPACE)],
        opts=child,
    )
    return [role, binding]
