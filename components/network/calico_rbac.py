"""What Calico's operator may do, after the rules of its release.

Left out: creating and changing CustomResourceDefinitions (they are resources of this program, so the
operator runs without `-manage-crds`) and PodSecurityPolicies (gone from Kubernetes since 1.25).
"""

from collections.abc import Sequence

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

READ = ("get", "list", "watch")
MANAGE = (*READ, "create", "update", "delete")
CALICO_GROUPS = ("crd.projectcalico.org", "projectcalico.org")


def _may(
    verbs: Sequence[str], group: str | Sequence[str], resources: Sequence[str], only: Sequence[str] = ()
) -> PolicyRuleArgs:
    return PolicyRuleArgs(
        api_groups=[group] if isinstance(group, str) else list(group),
        resources=list(resources),
        verbs=list(verbs),
        resource_names=list(only) or None,
    )


def operator_rules() -> list[PolicyRuleArgs]:
    """Rules for the whole cluster."""
    return [*_core_rules(), *_own_api_rules(), *_calico_api_rules(), *_admission_rules(), *_gateway_rules()]


def operator_secret_rules() -> list[PolicyRuleArgs]:
    """Rules for the operator's own namespace only: elsewhere it may read Secrets but not write them."""
    return [_may(("create", "update", "delete"), "", ["secrets"])]


def _core_rules() -> list[PolicyRuleArgs]:
    return [
        _may(READ, "apiextensions.k8s.io", ["customresourcedefinitions"]),
        _may(
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
        _may(READ, "", ["resourcequotas", "secrets"]),
        _may(MANAGE, "", ["resourcequotas"], only=["calico-critical-pods", "tigera-critical-pods"]),
        # Labels of nodes that move from another installation, and the number of nodes for Typha.
        _may((*READ, "patch"), "", ["nodes"]),
        # The operator asks who it is itself.
        _may(("create",), "authentication.k8s.io", ["tokenreviews"]),
        _may(
            (*MANAGE, "bind", "escalate"),
            "rbac.authorization.k8s.io",
            ["clusterroles", "clusterrolebindings", "rolebindings", "roles"],
        ),
        _may((*MANAGE, "patch"), "apps", ["deployments", "daemonsets", "statefulsets"]),
        _may(("update",), "apps", ["deployments/finalizers"], only=["tigera-operator"]),
        _may(MANAGE, "networking.k8s.io", ["networkpolicies"]),
        _may(MANAGE, "scheduling.k8s.io", ["priorityclasses"]),
        _may(MANAGE, "policy", ["poddisruptionbudgets"]),
        _may(("list", "watch", "create", "update", "delete"), "apiregistration.k8s.io", ["apiservices"]),
        _may(READ, "discovery.k8s.io", ["endpointslices"]),
        # The lock that keeps a second operator from acting.
        _may(MANAGE, "coordination.k8s.io", ["leases"]),
        _may(MANAGE, "storage.k8s.io", ["csidrivers"]),
        _may(("list", "watch"), "certificates.k8s.io", ["certificatesigningrequests"]),
    ]


def _own_api_rules() -> list[PolicyRuleArgs]:
    group = "operator.tigera.io"
    kinds = ["apiservers", "goldmanes", "installations", "managementclusterconnections", "whiskers", "istios"]
    # An owner reference to an object needs the right to its finalizers.
    with_parts = [f"{kind}{part}" for kind in kinds for part in ("", "/finalizers", "/status")]
    return [
        _may(
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
        _may(("create", "delete"), group, ["tigerastatuses"]),
        # Its own objects, when Calico is removed.
        _may(("delete",), group, ["installations", "apiservers", "whiskers", "goldmanes"]),
    ]


def _calico_api_rules() -> list[PolicyRuleArgs]:
    group = "projectcalico.org"
    return [
        _may(
            (*READ, "create", "patch"), CALICO_GROUPS, ["felixconfigurations", "bgpconfigurations", "ippools"]
        ),
        _may(
            READ, CALICO_GROUPS, ["kubecontrollersconfigurations", "bgpconfigurations", "clusterinformations"]
        ),
        _may((*MANAGE, "patch"), group, ["ippools"]),
        _may(READ, group, ["ipamconfigurations", "clusterinformations"]),
        _may((*MANAGE, "patch"), group, ["networkpolicies", "globalnetworkpolicies", "networksets"]),
        # Calico's API server asks for a right on the tier of a policy, spelt as a kind of its own.
        _may(MANAGE, group, ["tier.networkpolicies", "tier.globalnetworkpolicies"], only=["calico-system.*"]),
        _may(READ, group, ["tier.networkpolicies", "tier.globalnetworkpolicies"]),
        _may(("get", "delete", "update"), group, ["tiers"], only=["calico-system"]),
        _may((*READ, "create"), group, ["tiers"]),
        _may(READ, "migration.projectcalico.org", ["datastoremigrations"]),
        # Handed on to calico-node and Typha, which may get no right that the operator lacks.
        _may(READ, "kubevirt.io", ["virtualmachineinstancemigrations"]),
    ]


def _admission_rules() -> list[PolicyRuleArgs]:
    group = "admissionregistration.k8s.io"
    return [
        _may(MANAGE, group, ["validatingwebhookconfigurations"]),
        _may((*READ, "create", "delete"), group, ["mutatingwebhookconfigurations"]),
        _may(
            ("update",),
            group,
            ["mutatingwebhookconfigurations"],
            only=["envoy-gateway-topology-injector.tigera-gateway"],
        ),
        _may(
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
    """The operator watches these from its start, also where nothing of Gateway API or Istio is asked for."""
    return [
        _may(MANAGE, "gateway.networking.k8s.io", ["gatewayclasses"]),
        _may(MANAGE, "gateway.envoyproxy.io", ["envoyproxies"]),
        _may(("create", "list", "watch"), "batch", ["jobs"]),
        _may(("update",), "batch", ["jobs"], only=["tigera-gateway-api-gateway-helm-certgen"]),
        _may((*READ, "create"), "autoscaling", ["horizontalpodautoscalers"]),
        _may(("update",), "autoscaling", ["horizontalpodautoscalers"], only=["istiod"]),
    ]
