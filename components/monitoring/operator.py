"""The Prometheus operator: it runs and reloads Prometheus and Alertmanager from custom resources."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.checks import require_pinned_image
from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.crds import Definitions, deliver_definitions
from components.kubernetes.rbac import RbacRules, policy_rule
from components.monitoring.crds import GROUP
from components.monitoring.exporters import BY_PROMETHEUS
from components.monitoring.names import NAMESPACE

NAME = "prometheus-operator"
PORT = 8080
# The release's requests; they reconcile a Prometheus with all rules and monitors within seconds.
REQUESTS = {"cpu": "100m", "memory": "100Mi"}
LIMITS = {"cpu": "500m", "memory": "300Mi"}


@dataclass(frozen=True, kw_only=True)
class OperatorArgs:
    """The operator's images and custom resource definitions."""

    namespace: Input[str]
    """Of the operator and the pods that it creates; resolves once the namespace exists."""
    image: str
    reloader_image: str
    """The config-reloader sidecar, which reloads changed rules and configuration."""
    definitions: Definitions
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_pinned_image("reloader_image", self.reloader_image)


class Operator(pulumi.ComponentResource):
    """The operator and its custom resource definitions.

    Order of deletion: first its custom resources, while the operator still runs, then the operator, then the
    custom resource definitions.
    """

    crds: Resource
    """Dependency of custom resources that do not need a running operator."""
    ready: Resource
    """Dependency of custom resources for which the operator runs pods."""

    def __init__(self, name: str, args: OperatorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:Operator", name, None, opts)
        child = ResourceOptions(parent=self)
        self.crds = deliver_definitions(name, args.definitions, child)
        self.ready = Controller(name, _controller_args(args, self.crds), child).deployment
        self.register_outputs({})


def _controller_args(args: OperatorArgs, crds: Resource) -> ControllerArgs:
    return ControllerArgs(
        component="monitoring",
        name=NAME,
        namespace=args.namespace,
        image=args.image,
        args=[
            f"--prometheus-config-reloader={args.reloader_image}",
            "--config-reloader-cpu-request=10m",
            "--config-reloader-memory-request=32Mi",
            "--config-reloader-cpu-limit=100m",
            "--config-reloader-memory-limit=64Mi",
            # Rules and monitors may be in any namespace, Prometheus and Alertmanager objects only in this
            # one.
            *(f"--{kind}-instance-namespaces={NAMESPACE}" for kind in ("prometheus", "alertmanager")),
            # The default, all namespaces, needs permission to list their Secrets.
            f"--alertmanager-config-namespaces={NAMESPACE}",
            # Kubelets are discovered with the role Node: no Service must be synchronized, and none is left
            # behind.
            "--kubelet-endpoints=false",
            "--disable-unmanaged-prometheus-configuration=true",
        ],
        ports={"http": PORT},
        liveness=Probe(path="/healthz", port="http"),
        readiness=Probe(path="/healthz", port="http"),
        requests=REQUESTS,
        limits=LIMITS,
        rbac=RbacRules(cluster=_cluster_rules(), namespaces={NAMESPACE: _namespace_rules()}),
        ingress_from=BY_PROMETHEUS,
        wait_for=[crds, *args.wait_for],
        # The release's value, which reduces memory usage.
        environment={"GOGC": "30"},
    )


def _cluster_rules() -> list[PolicyRuleArgs]:
    """Read its custom resources in all namespaces, and update their status."""
    read = ("get", "list", "watch")
    kinds = ["prometheuses", "alertmanagers", "servicemonitors", "podmonitors", "probes", "scrapeconfigs"]
    kinds += ["prometheusrules", "alertmanagerconfigs"]
    return [
        policy_rule((*read, "update", "patch"), GROUP, [*kinds, *(f"{kind}/status" for kind in kinds)]),
        policy_rule(("update",), GROUP, ["prometheuses/finalizers", "alertmanagers/finalizers"]),
        policy_rule(read, "", ["namespaces"]),
        policy_rule(("list", "watch"), "", ["nodes"]),
        policy_rule(("get",), "storage.k8s.io", ["storageclasses"]),
        policy_rule(("create", "patch"), "events.k8s.io", ["events"]),
    ]


def _namespace_rules() -> list[PolicyRuleArgs]:
    """Manage workloads and Secrets in its own namespace only."""
    everything = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
    return [
        policy_rule(everything, "apps", ["statefulsets"]),
        policy_rule(everything, "", ["configmaps", "secrets"]),
        policy_rule(("get", "list", "watch", "delete"), "", ["pods"]),
        policy_rule(everything, "", ["services", "services/finalizers", "endpoints"]),
        policy_rule(everything, "discovery.k8s.io", ["endpointslices"]),
    ]
