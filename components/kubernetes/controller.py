"""A program of the platform: ServiceAccount, RBAC, NetworkPolicy, PodDisruptionBudget and Deployment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Alias, Input, Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgs

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.disruption_budget import register_disruption_budget
from components.kubernetes.labels import labels_of_part
from components.kubernetes.network_policy import Allow, dns_ports, network_policy, tcp
from components.kubernetes.pod_parts import spread_over_nodes
from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, bind_rules
from components.kubernetes.security_context import restricted_container, restricted_pod

# "nobody" in the distroless images that all these programs are released in; any UID but 0 works.
USER = 65534
# The API server's own port: a NetworkPolicy sees a packet after kube-proxy has replaced the Service's
# address.
API_SERVER_PORT = 6443
SCRATCH_SIZE = "64Mi"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An HTTP probe; `port` is the name of a container port."""

    path: str
    port: str
    scheme: str = "HTTP"


@dataclass(frozen=True, kw_only=True)
class ControllerArgs:
    """A program that serves the cluster, such as metrics-server."""

    name: str
    namespace: Input[str] = KUBE_SYSTEM
    image: str
    args: Sequence[str]
    command: Sequence[str] = ()
    """For images whose entrypoint is not the program."""
    ports: Mapping[str, int]
    """Container ports by name; the peers in `ingress_from` may connect to all of them."""
    ingress_from: Sequence[NetworkPolicyPeerArgs] = ()
    """Empty: all sources, for programs that authorize their clients themselves."""
    liveness: Probe
    readiness: Probe
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    rbac: RbacRules = field(default_factory=RbacRules)
    egress_ports: Sequence[int] = (API_SERVER_PORT,)
    """TCP ports that it connects to, at any address."""
    resolves_names: bool = False
    """Allows egress to DNS."""
    replicas: int = 1
    mounts: Mapping[str, VolumeArgs] = field(default_factory=dict)
    """Read-only volumes by mount path; a volume may be mounted at several paths."""
    writes: str | None = None
    """Mount path of an emptyDir, the only writable directory: the root filesystem is read-only."""
    component: str
    """The label app.kubernetes.io/component."""
    annotations: Mapping[str, Input[str]] = field(default_factory=dict)
    """Of the pod template: a change starts a rollout."""
    environment: Mapping[str, str] = field(default_factory=dict)
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        require_pinned_image("image", self.image)
        for probe in (self.liveness, self.readiness):
            if probe.port not in self.ports:
                raise ValueError(
                    f"a probe of {self.name} has port {probe.port!r}, allowed: {', '.join(self.ports)}"
                )
        if self.replicas < 1:
            raise ValueError(f"replicas of {self.name} must be 1 or more, got {self.replicas}")

    @property
    def selector(self) -> dict[str, str]:
        """The Deployment's selector, which is immutable."""
        return {"app.kubernetes.io/name": self.name}

    @property
    def labels(self) -> dict[str, str]:
        """Labels of all objects of the program."""
        return labels_of_part(self.selector, self.component)


class Controller(pulumi.ComponentResource):
    """A Deployment that meets the Pod Security Standard `restricted`."""

    deployment: Deployment

    def __init__(self, name: str, args: ControllerArgs, opts: ResourceOptions | None = None) -> None:
        # The type token of releases in which only autoscaling had such programs.
        before = ResourceOptions(aliases=[Alias(type_="metalml:autoscaling:Controller")])
        super().__init__("metalml:platform:Controller", name, None, ResourceOptions.merge(opts, before))
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=args.name, namespace=args.namespace, labels=args.labels)
        account = ServiceAccount(
            name,
            metadata=metadata,
            # Only pods that opt in get a token, because the roles below are bound to this account.
            automount_service_account_token=False,
            opts=child,
        )
        bindings = bind_rules(name, args.rbac, account, args.labels, child)
        policy = _network_policy(name, args, metadata, child)
        register_disruption_budget(name, metadata, args.selector, child)
        self.deployment = Deployment(
            name,
            metadata=metadata,
            spec=DeploymentSpecArgs(
                replicas=args.replicas,
                selector=LabelSelectorArgs(match_labels=args.selector),
                # The old pod serves until the new pod is ready.
                strategy=DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
                ),
                revision_history_limit=2,
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=args.labels, annotations=dict(args.annotations) or None),
                    spec=_pod(args, account),
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy, *bindings, *args.wait_for]),
        )
        self.register_outputs({})


def _network_policy(
    name: str, args: ControllerArgs, metadata: ObjectMetaArgs, child: ResourceOptions
) -> NetworkPolicy:
    """Allow ingress to its own ports and egress to the ports it needs.

    Egress rules have no peers: the API server and kubelets are on nodes, which no pod selector matches.
    """
    outgoing = [*tcp(*args.egress_ports), *(dns_ports() if args.resolves_names else [])]
    return network_policy(
        name,
        metadata,
        LabelSelectorArgs(match_labels=args.selector),
        ingress=[Allow(peers=args.ingress_from, ports=tcp(*args.ports.values()))],
        egress=[Allow(ports=outgoing)] if outgoing else [],
        opts=child,
    )


def _pod(args: ControllerArgs, account: ServiceAccount) -> PodSpecArgs:
    volumes = {str(volume.name): volume for volume in args.mounts.values()}
    scratch = VolumeArgs(name="scratch", empty_dir=EmptyDirVolumeSourceArgs(size_limit=SCRATCH_SIZE))
    return PodSpecArgs(
        service_account_name=account.metadata.name,
        # Without rules the program does not call the API server and needs no token.
        automount_service_account_token=args.rbac != RbacRules(),
        enable_service_links=False,
        # Models are scaled by what these programs measure: under node pressure they must not be evicted
        # first.
        priority_class_name="system-cluster-critical",
        node_selector={"kubernetes.io/os": "linux"},
        topology_spread_constraints=spread_over_nodes(args.selector) if args.replicas > 1 else None,
        # fsGroup: the files of mounted Secrets are readable by the group only.
        security_context=restricted_pod(USER, fs_group=USER),
        containers=[_container(args)],
        volumes=[*volumes.values(), *([scratch] if args.writes else [])] or None,
    )


def _container(args: ControllerArgs) -> ContainerArgs:
    mounts = [
        VolumeMountArgs(name=volume.name, mount_path=path, read_only=True)
        for path, volume in args.mounts.items()
    ]
    if args.writes:
        mounts.append(VolumeMountArgs(name="scratch", mount_path=args.writes))
    return ContainerArgs(
        name=args.name,
        image=args.image,
        # Tags are pinned, and an image that was imported into containerd may be in no registry.
        image_pull_policy="IfNotPresent",
        command=list(args.command) or None,
        args=list(args.args),
        env=[EnvVarArgs(name=name, value=value) for name, value in args.environment.items()] or None,
        ports=[
            ContainerPortArgs(name=name, container_port=port, protocol="TCP")
            for name, port in args.ports.items()
        ],
        resources=resource_requirements(args.requests, args.limits),
        readiness_probe=_probe(args.readiness, period=5),
        liveness_probe=_probe(args.liveness, period=20),
        security_context=restricted_container(USER),
        volume_mounts=mounts or None,
    )


def _probe(probe: Probe, *, period: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=probe.path, port=probe.port, scheme=probe.scheme),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=3,
    )
