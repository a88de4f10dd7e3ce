"""What the members of a team may do in its namespace."""

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    PolicyRuleArgs,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

from components.kubernetes.labels import OURS
from components.kubernetes.rbac import RBAC_API_GROUP, policy_rule

DATA_SCIENTIST = "metalml-data-scientist"
READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")


def register_data_scientist(opts: ResourceOptions) -> ClusterRole:
    """Register the rights once for all teams. They hold only in the namespaces of their bindings."""
    return ClusterRole(
        DATA_SCIENTIST,
        metadata=ObjectMetaArgs(name=DATA_SCIENTIST, labels=OURS),
        rules=data_scientist_rules(),
        opts=opts,
    )


def register_binding(
    team: str, namespace: Input[str], group: str, role: Input[str], opts: ResourceOptions
) -> RoleBinding:
    """Give the rights to a group, in one namespace."""
    return RoleBinding(
        f"{team}-data-scientists",
        metadata=ObjectMetaArgs(name="data-scientists", namespace=namespace, labels=OURS),
        role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=role),
        subjects=[SubjectArgs(api_group=RBAC_API_GROUP, kind="Group", name=group)],
        opts=opts,
    )


def data_scientist_rules() -> list[PolicyRuleArgs]:
    """See all that runs, run work of one's own; leave models, quotas, policies and rights as they are.

    No secret can be read through the API. Whoever may start pods can mount one into a pod all the same: the
    namespace is the border, so what a team must not have stays out of its namespace.
    """
    return [*_see(), *_run(), _bring_secrets()]


def _see() -> list[PolicyRuleArgs]:
    core = ["pods", "pods/log", "services", "events", "persistentvolumeclaims", "configmaps"]
    return [
        # Quota and limits are the first thing to look at when a pod is refused.
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


def _run() -> list[PolicyRuleArgs]:
    return [
        policy_rule(WRITE, "", ["pods", "persistentvolumeclaims", "configmaps"]),
        policy_rule(WRITE, "batch", ["jobs", "cronjobs"]),
        policy_rule((*READ, *WRITE), "jobset.x-k8s.io", ["jobsets"]),
        # A shell in a pod, a notebook's port on one's own computer. Clients ask with GET or with POST.
        policy_rule(("get", "create"), "", ["pods/exec", "pods/attach", "pods/portforward"]),
    ]


def _bring_secrets() -> PolicyRuleArgs:
    """Credentials of one's own can be brought and taken away; neither shows what is in another's."""
    return policy_rule(("create", "delete"), "", ["secrets"])
