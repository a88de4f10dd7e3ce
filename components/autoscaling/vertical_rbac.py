"""What the three programs of the VerticalPodAutoscaler may do, after the rules of its release.

Left out: the alpha API group, which nothing serves any more, and the right to write webhooks: this program
registers the one that there is, so the admission controller need not.
"""

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule

READ = ("get", "list", "watch")
GROUP = "autoscaling.k8s.io"


def _seeing_pods() -> list[PolicyRuleArgs]:
    return [
        policy_rule(READ, "", ["pods", "nodes", "limitranges"]),
        policy_rule(READ, GROUP, ["verticalpodautoscalers"]),
        # From the Deployment that a VPA names to its pods.
        policy_rule(
            ("get", "watch"), "apps", ["deployments/scale", "replicasets/scale", "statefulsets/scale"]
        ),
        policy_rule(READ, "", ["replicationcontrollers"]),
        policy_rule(READ, "apps", ["daemonsets", "deployments", "replicasets", "statefulsets"]),
        policy_rule(READ, "batch", ["jobs", "cronjobs"]),
    ]


def _telling() -> list[PolicyRuleArgs]:
    return [
        policy_rule((*READ, "create", "patch", "update"), group, ["events"])
        for group in ("", "events.k8s.io")
    ]


def recommender_rules() -> RbacRules:
    """Watch what pods use, and write down what they should ask for."""
    return RbacRules(
        cluster=[
            *_seeing_pods(),
            *_telling(),
            policy_rule(("get", "list"), "metrics.k8s.io", ["pods"]),
            policy_rule(("get", "patch"), GROUP, ["verticalpodautoscalers/status"]),
            # Its memory over restarts.
            policy_rule((*READ, "create", "patch", "delete"), GROUP, ["verticalpodautoscalercheckpoints"]),
            policy_rule(("get", "list"), "", ["namespaces"]),
        ]
    )


def updater_rules() -> RbacRules:
    """Resize or evict pods whose requests are far from the recommendation, where a VPA says so."""
    return RbacRules(
        cluster=[
            *_seeing_pods(),
            *_telling(),
            policy_rule(("create",), "", ["pods/eviction"]),
            policy_rule(("patch",), "", ["pods/resize", "pods"]),
        ],
        # Whether the admission controller is there: without it an evicted pod would come back as it was.
        namespaces={KUBE_SYSTEM: [policy_rule(READ, "coordination.k8s.io", ["leases"])]},
    )


def admission_rules() -> RbacRules:
    """Look up the recommendation for a pod that is being made."""
    return RbacRules(
        cluster=_seeing_pods(),
        # How it shows the updater that it is there.
        namespaces={
            KUBE_SYSTEM: [policy_rule((*READ, "create", "update"), "coordination.k8s.io", ["leases"])]
        },
    )
