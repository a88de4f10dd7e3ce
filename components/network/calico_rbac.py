"""RBAC rules of the Tigera operator, based on the ClusterRole of its release.

Left out: creating and updating CustomResourceDefinitions (this program applies them, so the operator runs
without `-manage-crds`) and PodSecurityPolicies (removed in Kubernetes 1.25).
"""

from collections.abc import Sequence

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

READ = ("get", "list", "watch")
MANAGE = (*READ, "create", "update", "delete")
CALICO_GROUPS = ("crd.projectcalico.org", "projectcalico.org")


def _policy_rule(
    verbs: Sequence[str], group: str | Sequence[str], resources: Sequence[str], only: Sequence[str] = ()
) -> PolicyRuleArgs:
    return PolicyRuleArgs(
        api_groups=[group] if isinstance(group, str) else list(group),
        resources=list(resources),
        verbs=list(verbs),
        resource_names=list(only) or None,
    )


def operator_rules() -> list[PolicyRuleArgs]:
    """Rules of the ClusterRole."""
    return [*_core_rules(), *_own_api_rules(), *_calico_api_rules(), *_admission_rules(), *_gateway_rules()]


def operator_secret_rules() -> list[PolicyRuleArgs]:
    """Rules for the operator's own namespace: in others it may read Secrets but not write them."""
    return [_policy_rule(("create", "update", "delete"), "", ["secrets"])]


def _core_rules() -> list[PolicyRuleArgs]:
    return [
        _policy_rule(READ, "apiextensions.k8s.io", ["customresourcedefinitions"]),
        _policy_rule(
            MANAGE,
            "",
            [
                "namespaces",
                "pods",
                "podtemplates",
                "services",
                "endpoints",
                "events",
                "configmaps",
                "serviceaccounts",
            ],
        ),
        _policy_rule(READ, "", ["resourcequotas", "secrets"]),
        _policy_rule(MANAGE, "", ["resourcequotas"], only=["calico-critical-pods", "tigera-critical-pods"]),
        # For node labels in a migration from another installation, and the number of Typha replicas.
        _policy_rule((*READ, "patch"), "", ["nodes"]),
        # The operator looks up its own identity.
        _policy_rule(("create",), "authentication.k8s.io", ["tokenreviews"]),
        _policy_rule(
            (*MANAGE, "bind", "escalate"),
            "rbac.authorization.k8s.io",
            ["clusterroles", "clusterrolebindings", "rolebindings", "roles"],
        ),
        _policy_rule((*MANAGE, "patch"), "apps", ["deployments", "daemonsets", "statefulsets"]),
        _policy_rule(("update",), "apps", ["deployments/finalizers"], only=["tigera-operator"]),
        _policy_rule(MANAGE, "networking.k8s.io", ["networkpolicies"]),
        _policy_rule(MANAGE, "scheduling.k8s.io", ["priorityclasses"]),
        _policy_rule(MANAGE, "policy", ["poddisruptionbudgets"]),
        _policy_rule(
            ("list", "watch", "create", "update", "delete"), "apiregistration.k8s.io", ["apiservices"]
        ),
        _policy_rule(READ, "discovery.k8s.io", ["endpointslices"]),
        # Leader election.
        _policy_rule(MANAGE, "coordination.k8s.io", ["leases"]),
        _policy_rule(MANAGE, "storage.k8s.io", ["csidrivers"]),
        _policy_rule(("list", "watch"), "certificates.k8s.io", ["certificatesigningrequests"]),
    ]


def _own_api_rules() -> list[PolicyRuleArgs]:
    group = "operator.tigera.io"
    kinds = ["apiservers", "goldmanes", "installations", "managementclusterconnections", "whiskers", "istios"]
    # Setting an owner reference with blockOwnerDeletion requires update on the owner's finalizers.
    with_parts = [f"{kind}{part}" for kind in kinds for part in ("", "/finalizers", "/status")]
    return [
        _policy_rule(
            (*READ, "update", "patch"),
            group,
            [
                *with_parts,
                "gatewayapis",
                "gatewayapis/finalizers",
                "imagesets",
                "tigerastatuses",
                "tigerastatuses/status",
                "tigerastatuses/finalizers",
            ],
        ),
        _policy_rule(("create", "delete"), group, ["tigerastatuses"]),
        # For uninstalling Calico.
        _policy_rule(("delete",), group, ["installations", "apiservers", "whiskers", "goldmanes"]),
    ]


def _calico_api_rules() -> list[PolicyRuleArgs]:
    group = "projectcalico.org"
    return [
        _policy_rule(
            (*READ, "create", "patch"), CALICO_GROUPS, ["felixconfigurations", "bgpconfigurations", "ippools"]
        ),
        _policy_rule(
            READ, CALICO_GROUPS, ["kubecontrollersconfigurations", "bgpconfigurations", "clusterinformations"]
        ),
        _policy_rule((*MANAGE, "patch"), group, ["ippools"]),
        _policy_rule(READ, group, ["ipamconfigurations", "clusterinformations"]),
        _policy_rule((*MANAGE, "patch"), group, ["networkpolicies", "globalnetworkpolicies", "networksets"]),
        # Calico's API server authorizes access to a policy's tier through these pseudo resources.
        _policy_rule(
            MANAGE, group, ["tier.networkpolicies", "tier.globalnetworkpolicies"], only=["calico-system.*"]
        ),
        _policy_rule(READ, group, ["tier.networkpolicies", "tier.globalnetworkpolicies"]),
        _policy_rule(("get", "delete", "update"), group, ["tiers"], only=["calico-system"]),
        _policy_rule((*READ, "create"), group, ["tiers"]),
        _policy_rule(READ, "migration.projectcalico.org", ["datastoremigrations"]),
        # The operator grants it to calico-node and Typha, and can only grant what it has.
        _policy_rule(READ, "kubevirt.io", ["virtualmachineinstancemigrations"]),
    ]


def _admission_rules() -> list[PolicyRuleArgs]:
    group = "admissionregistration.k8s.io"
    return [
        _policy_rule(MANAGE, group, ["validatingwebhookconfigurations"]),
        _policy_rule((*READ, "create", "delete"), group, ["mutatingwebhookconfigurations"]),
        _policy_rule(
            ("update",),
            group,
            ["mutatingwebhookconfigurations"],
            only=["envoy-gateway-topology-injector.tigera-gateway"],
        ),
        _policy_rule(
            MANAGE,
            group,
            [
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                "mutatingadmissionpolicies",
                "mutatingadmissionpolicybindings",
            ],
        ),
    ]


def _gateway_rules() -> list[PolicyRuleArgs]:
    """The operator watches these from its start, also if Gateway API and Istio are not configured."""
    return [
        _policy_rule(MANAGE, "gateway.networking.k8s.io", ["gatewayclasses"]),
        _policy_rule(MANAGE, "gateway.envoyproxy.io", ["envoyproxies"]),
        _policy_rule(("create", "list", "watch"), "batch", ["jobs"]),
        _policy_rule(("update",), "batch", ["jobs"], only=["tigera-gateway-api-gateway-helm-certgen"]),
        _policy_rule((*READ, "create"), "autoscaling", ["horizontalpodautoscalers"]),
        _policy_rule(("update",), "autoscaling", ["horizontalpodautoscalers"], only=["istiod"]),
    ]
