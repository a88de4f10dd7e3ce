"""What the three programs of the VerticalPodAutoscaler may do, after the rules of its release.

Left out: the alpha API group, which nothing serves any more, and the right to write webhooks: this program
registers the one that there is, so the admission controller need not.
"""

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.kubernetes.rbac import SYSTEM, Rights, may

READ = ("get", "list", "watch")
GROUP = "autoscaling.k8s.io"


def _seeing_pods() -> list[PolicyRuleArgs]:
    return [
        may(READ, "", ["pods", "nodes", "limitranges"]),
        may(READ, GROUP, ["verticalpodautoscalers"]),
        # From the Deployment that a VPA names to its pods.
        may(("get", "watch"), "apps", ["deployments/scale", "replicasets/scale", "statefulsets/scale"]),
        may(READ, "", ["replicationcontrollers"]),
        may(READ, "apps", ["daemonsets", "deployments", "replicasets", "statefulsets"]),
        may(READ, "batch", ["jobs", "cronjobs"]),
    ]


def _telling() -> list[PolicyRuleArgs]:
    return [may((*READ, "create", "patch", "update"), group, ["events"]) for group in ("", "events.k8s.io")]


def recommender_rights() -> Rights:
    """Watch what pods use, and write down what they should ask for."""
    return Rights(
        cluster=[
            *_seeing_pods(),
            *_telling(),
            may(("get", "list"), "metrics.k8s.io", ["pods"]),
            may(("get", "patch"), GROUP, ["verticalpodautoscalers/status"]),
            # Its memory over restarts.
            may((*READ, "create", "patch", "delete"), GROUP, ["verticalpodautoscalercheckpoints"]),
            may(("get", "list"), "", ["namespaces"]),
        ]
    )


def updater_rights() -> Rights:
    """Resize or evict pods whose requests are far from the recommendation, where a VPA says so."""
    return Rights(
        cluster=[
            *_seeing_pods(),
            *_telling(),
            may(("create",), "", ["pods/eviction"]),
            may(("patch",), "", ["pods/resize", "pods"]),
        ],
        # Whether the admission controller is there: without it an evicted pod would come back as it was.
        namespaces={SYSTEM: [may(READ, "coordination.k8s.io", ["leases"])]},
    )


def admission_rights() -> Rights:
    """Look up the recommendation for a pod that is being made."""
    return Rights(
        cluster=_seeing_pods(),
        # How it shows the updater that it is there.
        namespaces={SYSTEM: [may((*READ, "create", "update"), "coordination.k8s.io", ["leases"])]},
    )
