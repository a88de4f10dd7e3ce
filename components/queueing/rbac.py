"""What Kueue may do, after the rules of its release for Jobs.

Left out: the other kinds of work that it could start, several clusters, and the certificate of its webhooks,
which is made here.
"""

from collections.abc import Sequence

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule
from components.queueing.api import GROUP

READ = ("get", "list", "watch")


def kueue_rules() -> RbacRules:
    """Start and suspend Jobs, and keep the books of queues."""
    return RbacRules(
        cluster=[*_what_work_asks_for(), *_jobs(), *_books(), _telling(), _serving()],
        # Which of several replicas decides, and the event that says so.
        namespaces={
            KUBE_SYSTEM: [
                policy_rule((*READ, "create", "update", "patch"), "coordination.k8s.io", ["leases"]),
                policy_rule(("create", "patch"), "", ["events"]),
            ]
        },
        delegated_auth=True,
    )


def _what_work_asks_for() -> Sequence[PolicyRuleArgs]:
    """From a pod's template to what it will take of a machine."""
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


def _books() -> Sequence[PolicyRuleArgs]:
    given_out = ["admissionchecks", "clusterqueues", "resourceflavors", "topologies"]
    counted = ["admissionchecks", "clusterqueues", "cohorts", "localqueues", "workloads"]
    return [
        policy_rule((*READ, "update"), GROUP, given_out),
        policy_rule(("update",), GROUP, [f"{kind}/finalizers" for kind in (*given_out, "workloads")]),
        policy_rule(("get", "update", "patch"), GROUP, [f"{kind}/status" for kind in counted]),
        policy_rule(READ, GROUP, ["cohorts", "localqueues", "workloadpriorityclasses"]),
        policy_rule((*READ, "create", "update", "patch", "delete"), GROUP, ["workloads"]),
    ]


def _telling() -> PolicyRuleArgs:
    return policy_rule(("create", "watch", "update", "patch"), "events.k8s.io", ["events"])


def _serving() -> PolicyRuleArgs:
    """Whose questions go first, as for any server of an API."""
    return policy_rule(
        ("list", "watch"), "flowcontrol.apiserver.k8s.io", ["flowschemas", "prioritylevelconfigurations"]
    )
