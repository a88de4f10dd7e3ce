"""The Tigera operator, which installs Calico: Namespace, ServiceAccount, RBAC and Deployment."""

from pulumi import Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment, DeploymentSpecArgs, DeploymentStrategyArgs
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    HostPathVolumeSourceArgs,
    Namespace,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ServiceAccount,
    TolerationArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.network.calico_rbac import operator_rules, operator_secret_rules

# The operator, and the NetworkPolicies that it creates for itself, require these names.
OPERATOR = "tigera-operator"
SELECTOR = {"name": OPERATOR}
LABELS = {
    **SELECTOR,
    "k8s-app": OPERATOR,
    "app.kubernetes.io/name": OPERATOR,
    "app.kubernetes.io/part-of": "calico",
    "app.kubernetes.io/managed-by": "pulumi",
}
# The UID that the image is built for.
USER = 10001
# calico-node writes the detected MTU here.
STATE_DIRECTORY = "/var/lib/calico"
# As long as the operator itself waits for objects that it deletes.
GRACE_SECONDS = 60


def register_operator(name: str, *, parent: Resource, image: str, definitions: Resource) -> Deployment:
    """Register the operator, which is created after its CRDs and deleted before them."""
    child = ResourceOptions(parent=parent)
    namespace = Namespace(
        f"{name}-operator",
        # The operator uses hostNetwork, because it starts before the pod network.
        metadata=ObjectMetaArgs(
            name=OPERATOR, labels={"name": OPERATOR, "pod-security.kubernetes.io/enforce": "privileged"}
        ),
        opts=child,
    )
    in_namespace = ObjectMetaArgs(name=OPERATOR, namespace=namespace.metadata.name, labels=LABELS)
    account = ServiceAccount(
        f"{name}-operator",
        metadata=in_namespace,
        # Only pods that opt in get a token, because the roles below are bound to this account.
        automount_service_account_token=False,
        opts=child,
    )
    bindings = _bind_roles(name, account, namespace, child)
    return Deployment(
        f"{name}-operator",
        metadata=in_namespace,
        spec=DeploymentSpecArgs(
            replicas=1,
            selector=LabelSelectorArgs(match_labels=SELECTOR),
            # During a rolling update both pods would need the same host ports and the leader lease.
            strategy=DeploymentStrategyArgs(type="Recreate"),
            template=PodTemplateSpecArgs(
                metadata=ObjectMetaArgs(labels=LABELS), spec=_operator_pod(account, image)
            ),
        ),
        opts=ResourceOptions(parent=parent, depends_on=[definitions, *bindings]),
    )


def _bind_roles(
    name: str, account: ServiceAccount, namespace: Namespace, child: ResourceOptions
) -> list[Resource]:
    subjects = [
        SubjectArgs(kind="ServiceAccount", name=account.metadata.name, namespace=namespace.metadata.name)
    ]
    role = ClusterRole(
        f"{name}-operator",
        metadata=ObjectMetaArgs(name=OPERATOR, labels=LABELS),
        rules=operator_rules(),
        opts=child,
    )
    secrets = ClusterRole(
        f"{name}-operator-secrets",
        metadata=ObjectMetaArgs(name=f"{OPERATOR}-secrets", labels=LABELS),
        rules=operator_secret_rules(),
        opts=child,
    )
    return [
        ClusterRoleBinding(
            f"{name}-operator",
            metadata=ObjectMetaArgs(name=OPERATOR, labels=LABELS),
            role_ref=_role(role),
            subjects=subjects,
            opts=child,
        ),
        RoleBinding(
            f"{name}-operator-secrets",
            metadata=ObjectMetaArgs(
                name=f"{OPERATOR}-secrets", namespace=namespace.metadata.name, labels=LABELS
            ),
            role_ref=_role(secrets),
            subjects=subjects,
            opts=child,
        ),
    ]


def _role(role: ClusterRole) -> RoleRefArgs:
    return RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role.metadata.name)


def _operator_pod(account: ServiceAccount, image: str) -> PodSpecArgs:
    return PodSpecArgs(
        service_account_name=account.metadata.name,
        automount_service_account_token=True,
        # It installs the pod network, so it cannot use it, and must tolerate the taints of nodes without one.
        host_network=True,
        dns_policy="ClusterFirstWithHostNet",
        tolerations=[
            TolerationArgs(operator="Exists", effect="NoExecute"),
            TolerationArgs(operator="Exists", effect="NoSchedule"),
        ],
        node_selector={"kubernetes.io/os": "linux"},
        termination_grace_period_seconds=GRACE_SECONDS,
        security_context=restricted_pod(USER),
        containers=[_operator_container(image)],
        volumes=[
            VolumeArgs(
                name="var-lib-calico",
                host_path=HostPathVolumeSourceArgs(path=STATE_DIRECTORY, type="DirectoryOrCreate"),
            )
        ],
    )


def _operator_container(image: str) -> ContainerArgs:
    return ContainerArgs(
        name=OPERATOR,
        image=image,
        image_pull_policy="IfNotPresent",
        command=["operator"],
        # The release sets none. The limits protect a control plane from a fault in the operator.
        resources=resource_requirements({"cpu": "100m", "memory": "256Mi"}, {"cpu": "1", "memory": "1Gi"}),
        security_context=restricted_container(USER),
        volume_mounts=[VolumeMountArgs(name="var-lib-calico", mount_path=STATE_DIRECTORY, read_only=True)],
    )
