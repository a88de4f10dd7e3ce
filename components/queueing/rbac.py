"""RBAC rules of Kueue, based on those of its release, for batch/v1 Jobs.

Left out: other job frameworks, MultiKueue, and the Secret of its webhooks' certificate, which this program
creates.
"""

from collections.abc import Sequence

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule
from components.queueing.api import GROUP

READ = ("get", "list", "watch")


def kueue_rules() -> RbacRules:
    """Start and suspend Jobs, and manage queues and workloads."""
    return RbacRules(
        cluster=[*_pod_resources(), *_jobs(), *_queues(), _events(), _priority_and_fairness()],
        # Leader election, and its events.
        namespaces={
            KUBE_SYSTEM: [
                policy_rule((*READ, "create", "update", "patch"), "coordination.k8s.io", ["leases"]),
                policy_rule(("create", "patch"), "", ["events"]),
            ]
        },
        delegated_auth=True,
    )


def _pod_resources() -> Sequence[PolicyRuleArgs]:
    """To compute the resource requests of a Job from its pod template."""
    devices = ["deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"]
    return [
        policy_rule(READ, "", ["limitranges", "namespaces", "nodes", "pods"]),
        policy_rule(READ, "node.k8s.io", ["runtimeclasses"]),
        policy_rule(READ, "resource.k8s.io", devices),
        policy_rule(READ, "scheduling.k8s.io", ["priorityclasses"]),
    ]


def _jobs() -> Sequence[PolicyRuleArgs]:
    return [
        policy_rule((*READ, "update", "patch", "delete"), "batch", ["jobs"]),
        policy_rule(("get", "update", "patch"), "batch", ["jobs/finalizers", "jobs/status"]),
    ]


def _queues() -> Sequence[PolicyRuleArgs]:
    with_finalizers = ["admissionchecks", "clusterqueues", "resourceflavors", "topologies"]
    with_status = ["admissionchecks", "clusterqueues", "cohorts", "localqueues", "workloads"]
    return [
        policy_rule((*READ, "update"), GROUP, with_finalizers),
        policy_rule(("update",), GROUP, [f"{kind}/finalizers" for kind in (*with_finalizers, "workloads")]),
        policy_rule(("get", "update", "patch"), GROUP, [f"{kind}/status" for kind in with_status]),
        policy_rule(READ, GROUP, ["cohorts", "localqueues", "workloadpriorityclasses"]),
        policy_rule((*READ, "create", "update", "patch", "delete"), GROUP, ["workloads"]),
    ]


def _events() -> PolicyRuleArgs:
    return policy_rule(("create", "watch", "update", "patch"), "events.k8s.io", ["events"])


def _priority_and_fairness() -> PolicyRuleArgs:
    """API Priority and Fairness, which every extension API server reads."""
    return policy_rule(
        ("list", "watch"), "flowcontrol.apiserver.k8s.io", ["flowschemas", "prioritylevelconfigurations"]
    )
