"""What the driver's controller may do: make volumes for claims, and nothing with what pods run or know."""

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

from components.kubernetes.labels import OURS
from components.nfs.names import CONTROLLER, NAMESPACE

READ = ["get", "list", "watch"]
# As csi-provisioner asks for them. Left out of the release's own role: snapshots and resizing, which NFS
# directories here do not have, and reading every Secret, which only shares with mount secrets need.
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
    """A ServiceAccount of the driver's namespace; its name."""
    made = ServiceAccount(
        f"{name}-{account}",
        metadata=ObjectMetaArgs(name=account, namespace=NAMESPACE, labels=OURS),
        automount_service_account_token=False,
        opts=child,
    )
    return made.metadata.name


def register_controller_role(name: str, account: Output[str], child: ResourceOptions) -> list[Resource]:
    """The controller's role, bound to its account."""
    role = ClusterRole(
        name,
        metadata=ObjectMetaArgs(name=CONTROLLER, labels=OURS),
        rules=[
            PolicyRuleArgs(api_groups=[group], resources=[resource], verbs=list(verbs))
            for group, resource, verbs in RULES
        ],
        opts=child,
    )
    binding = ClusterRoleBinding(
        name,
        metadata=ObjectMetaArgs(name=CONTROLLER, labels=OURS),
        role_ref=RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role.metadata.name
        ),
        subjects=[SubjectArgs(kind="ServiceAccount", name=account, namespace=NAMESPACE)],
        opts=child,
    )
    return [role, binding]
