"""What Kueue may do, after the rules of its release for Jobs.

Left out: the other kinds of work that it could start, several clusters, and the certificate of its webhooks,
which is made here.
"""

from collections.abc import Sequence

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import SYSTEM, Rights, may
from components.queueing.api import GROUP

READ = ("get", "list", "watch")


def kueue_rights() -> Rights:
    """Start and suspend Jobs, and keep the books of queues."""
    return Rights(
        cluster=[*_what_work_asks_for(), *_jobs(), *_books(), _telling(), _serving()],
        # Which of several replicas decides, and the event that says so.
        namespaces={
            SYSTEM: [
                may((*READ, "create", "update", "patch"), "coordination.k8s.io", ["leases"]),
                may(("create", "patch"), "", ["events"]),
            ]
        },
        answers_for_api_server=True,
    )


def _what_work_asks_for() -> Sequence[PolicyRuleArgs]:
    """From a pod's template to what it will take of a machine."""
    devices = ["deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"]
    return [
        may(READ, "", ["limitranges", "namespaces", "nodes", "pods"]),
        may(READ, "node.k8s.io", ["runtimeclasses"]),
        may(READ, "resource.k8s.io", devices),
        may(READ, "scheduling.k8s.io", ["priorityclasses"]),
    ]


def _jobs() -> Sequence[PolicyRuleArgs]:
    return [
        may((*READ, "update", "patch", "delete"), "batch", ["jobs"]),
        may(("get", "update", "patch"), "batch", ["jobs/finalizers", "jobs/status"]),
    ]


def _books() -> Sequence[PolicyRuleArgs]:
    given_out = ["admissionchecks", "clusterqueues", "resourceflavors", "topologies"]
    counted = ["admissionchecks", "clusterqueues", "cohorts", "localqueues", "workloads"]
    return [
        may((*READ, "update"), GROUP, given_out),
        may(("update",), GROUP, [f"{kind}/finalizers" for kind in (*given_out, "workloads")]),
        may(("get", "update", "patch"), GROUP, [f"{kind}/status" for kind in counted]),
        may(READ, GROUP, ["cohorts", "localqueues", "workloadpriorityclasses"]),
        may((*READ, "create", "update", "patch", "delete"), GROUP, ["workloads"]),
    ]


def _telling() -> PolicyRuleArgs:
    return may(("create", "watch", "update", "patch"), "events.k8s.io", ["events"])


def _serving() -> PolicyRuleArgs:
    """Whose questions go first, as for any server of an API."""
    return may(
        ("list", "watch"), "flowcontrol.apiserver.k8s.io", ["flowschemas", "prioritylevelconfigurations"]
    )
