"""The Prometheus operator: it makes Prometheus and Alertmanager out of objects, and reloads them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs

from components.checks import require_pinned_image
from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.crds import Definitions, deliver_definitions
from components.kubernetes.rbac import RbacRules, policy_rule
from components.monitoring.exporters import BY_PROMETHEUS
from components.monitoring.kinds import GROUP
from components.monitoring.names import NAMESPACE

NAME = "prometheus-operator"
PORT = 8080
# One Prometheus with everything on is read within some seconds; that is the release's own number.
REQUESTS = {"cpu": "100m", "memory": "100Mi"}
LIMITS = {"cpu": "500m", "memory": "300Mi"}


@dataclass(frozen=True, kw_only=True)
class OperatorArgs:
    """The program, and the kinds that it acts on."""

    namespace: Input[str]
    """Known when it is there: where the operator runs, and all that it makes."""
    image: str
    reloader_image: str
    """Beside each Prometheus: tells it of new rules."""
    definitions: Definitions
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_pinned_image("reloader_image", self.reloader_image)


class Operator(pulumi.ComponentResource):
    """The operator with its kinds.

    What is removed goes in an order: first what it runs pods for, while it still runs, then the operator, the
    kinds last.
    """

    kinds: Resource
    """What objects wait for that need no operator yet."""
    ready: Resource
    """What those wait for that it runs pods for."""

    def __init__(self, name: str, args: OperatorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:Operator", name, None, opts)
        child = ResourceOptions(parent=self)
        self.kinds = deliver_definitions(name, args.definitions, child)
        self.ready = Controller(name, _controller_args(args, self.kinds), child).deployment
        self.register_outputs({})


def _controller_args(args: OperatorArgs, kinds: Resource) -> ControllerArgs:
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
            # Rules and monitors may stand anywhere; what runs stands here.
            *(f"--{kind}-instance-namespaces={NAMESPACE}" for kind in ("prometheus", "alertmanager")),
            # Whose Secrets it wants to see for Alertmanager; of all namespaces otherwise, and it may not.
            f"--alertmanager-config-namespaces={NAMESPACE}",
            # The kubelets are found as nodes: no Service of them has to be kept, and none is left behind.
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
        wait_for=[kinds, *args.wait_for],
        # The release's own: it keeps the memory down.
        environment={"GOGC": "30"},
    )


def _cluster_rules() -> list[PolicyRuleArgs]:
    """To read its kinds wherever they stand, and to say what became of each."""
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
    """To make what runs, in its own namespace: the Secrets of other namespaces are not its business."""
    everything = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
    return [
        policy_rule(everything, "apps", ["statefulsets"]),
        policy_rule(everything, "", ["configmaps", "secrets"]),
        policy_rule(("get", "list", "watch", "delete"), "", ["pods"]),
        policy_rule(everything, "", ["services", "services/finalizers", "endpoints"]),
        policy_rule(everything, "discovery.k8s.io", ["endpointslices"]),
    ]
