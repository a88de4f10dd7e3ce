"""RBAC of a team's members in its namespace."""

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    PolicyRuleArgs,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.rbac import RBAC_API_GROUP, policy_rule

DATA_SCIENTIST = "metalml-data-scientist"
READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")


def register_data_scientist(opts: ResourceOptions) -> ClusterRole:
    """Register the ClusterRole, once for all teams. RoleBindings grant it in the teams' namespaces only."""
    return ClusterRole(
        DATA_SCIENTIST,
        metadata=ObjectMetaArgs(name=DATA_SCIENTIST, labels=COMMON_LABELS),
        rules=data_scientist_rules(),
        opts=opts,
    )


def register_binding(
    team: str, namespace: Input[str], group: str, role: Input[str], opts: ResourceOptions
) -> RoleBinding:
    """Bind the ClusterRole to a group in one namespace."""
    return RoleBinding(
        f"{team}-data-scientists",
        metadata=ObjectMetaArgs(name="data-scientists", namespace=namespace, labels=COMMON_LABELS),
        role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=role),
        subjects=[SubjectArgs(api_group=RBAC_API_GROUP, kind="Group", name=group)],
        opts=opts,
    )


def data_scientist_rules() -> list[PolicyRuleArgs]:
    """Read all workloads and create own ones; models, quotas, policies and RBAC are read-only or not visible.

    Secrets are not readable through the API. But a user who can create pods can mount any Secret of the
    namespace: the namespace is the isolation boundary, so keep other Secrets out of it.
    """
    return [*_read_rules(), *_workload_rules(), _secret_rule()]


def _read_rules() -> list[PolicyRuleArgs]:
    core = ["pods", "pods/log", "services", "events", "persistentvolumeclaims", "configmaps"]
    return [
        # ResourceQuota and LimitRange explain why a pod is rejected.
        policy_rule(READ, "", [*core, "resourcequotas", "limitranges", "serviceaccounts"]),
        policy_rule(READ, "apps", ["deployments", "replicasets", "statefulsets", "daemonsets"]),
        policy_rule(READ, "batch", ["jobs", "cronjobs"]),
        policy_rule(READ, "autoscaling", ["horizontalpodautoscalers"]),
        policy_rule(READ, "autoscaling.k8s.io", ["verticalpodautoscalers"]),
        policy_rule(READ, "discovery.k8s.io", ["endpointslices"]),
        policy_rule(READ, "events.k8s.io", ["events"]),
        policy_rule(READ, "gateway.networking.k8s.io", ["httproutes"]),
        policy_rule(READ, "kueue.x-k8s.io", ["localqueues", "workloads"]),
        policy_rule(READ, "visibility.kueue.x-k8s.io", ["localqueues/pendingworkloads"]),
        policy_rule(READ, "metrics.k8s.io", ["pods"]),
        policy_rule(READ, "networking.k8s.io", ["networkpolicies"]),
        policy_rule(READ, "policy", ["poddisruptionbudgets"]),
    ]


def _workload_rules() -> list[PolicyRuleArgs]:
    return [
        policy_rule(WRITE, "", ["pods", "persistentvolumeclaims", "configmaps"]),
        policy_rule(WRITE, "batch", ["jobs", "cronjobs"]),
        policy_rule((*READ, *WRITE), "jobset.x-k8s.io", ["jobsets"]),
        # kubectl exec, attach and port-forward, for example to a notebook. Clients use GET or POST.
        policy_rule(("get", "create"), "", ["pods/exec", "pods/attach", "pods/portforward"]),
    ]


def _secret_rule() -> PolicyRuleArgs:
    """Create and delete Secrets; neither shows the content of an existing one."""
    return policy_rule(("create", "delete"), "", ["secrets"])
