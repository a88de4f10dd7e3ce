"""RBAC rules of the VerticalPodAutoscaler's three controllers, based on those of its release.

Left out: the alpha API group, which is no longer served, and write access to webhook configurations: this
program registers the webhook.
"""

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule

READ = ("get", "list", "watch")
GROUP = "autoscaling.k8s.io"


def _read_rules() -> list[PolicyRuleArgs]:
    return [
        policy_rule(READ, "", ["pods", "nodes", "limitranges"]),
        policy_rule(READ, GROUP, ["verticalpodautoscalers"]),
        # To find the pods of a VPA's targetRef.
        policy_rule(
            ("get", "watch"), "apps", ["deployments/scale", "replicasets/scale", "statefulsets/scale"]
        ),
        policy_rule(READ, "", ["replicationcontrollers"]),
        policy_rule(READ, "apps", ["daemonsets", "deployments", "replicasets", "statefulsets"]),
        policy_rule(READ, "batch", ["jobs", "cronjobs"]),
    ]


def _event_rules() -> list[PolicyRuleArgs]:
    return [
        policy_rule((*READ, "create", "patch", "update"), group, ["events"])
        for group in ("", "events.k8s.io")
    ]


def recommender_rules() -> RbacRules:
    """Read the usage of pods, and write recommendations to the VPAs' status."""
    return RbacRules(
        cluster=[
            *_read_rules(),
            *_event_rules(),
            policy_rule(("get", "list"), "metrics.k8s.io", ["pods"]),
            policy_rule(("get", "patch"), GROUP, ["verticalpodautoscalers/status"]),
            # Its history, which survives restarts.
            policy_rule((*READ, "create", "patch", "delete"), GROUP, ["verticalpodautoscalercheckpoints"]),
            policy_rule(("get", "list"), "", ["namespaces"]),
        ]
    )


def updater_rules() -> RbacRules:
    """Resize or evict pods whose requests are far from the recommendation, as the VPA's updateMode says."""
    return RbacRules(
        cluster=[
            *_read_rules(),
            *_event_rules(),
            policy_rule(("create",), "", ["pods/eviction"]),
            policy_rule(("patch",), "", ["pods/resize", "pods"]),
        ],
        # The admission controller's Lease: while it is down, an evicted pod would get its old requests again.
        namespaces={KUBE_SYSTEM: [policy_rule(READ, "coordination.k8s.io", ["leases"])]},
    )


def admission_rules() -> RbacRules:
    """Read the recommendation for a pod on its creation."""
    return RbacRules(
        cluster=_read_rules(),
        # Its Lease, by which the updater knows that it is up.
        namespaces={
            KUBE_SYSTEM: [policy_rule((*READ, "create", "update"), "coordination.k8s.io", ["leases"])]
        },
    )
