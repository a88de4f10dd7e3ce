"""The common parts of the DaemonSets on GPU nodes."""

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    DaemonSetSpecArgs,
    DaemonSetUpdateStrategyArgs,
    RollingUpdateDaemonSetArgs,
)
from pulumi_kubernetes.core.v1 import (
    AffinityArgs,
    CapabilitiesArgs,
    ContainerArgs,
    NodeAffinityArgs,
    NodeSelectorArgs,
    NodeSelectorRequirementArgs,
    NodeSelectorTermArgs,
    PodSecurityContextArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
    TolerationArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.gpu.node_labels import PRESENT
from components.kubernetes.network_policy import Allow, network_policy, tcp

# Ephemeral storage of a container that only writes logs.
LOGS = "64Mi"


def daemon_set_spec(
    container: ContainerArgs,
    *,
    labels: dict[str, str],
    selector: dict[str, str],
    annotations: dict[str, Input[str]],
    account: Input[str],
    runtime_class: Input[str],
    nodes: list[NodeSelectorTermArgs],
    volumes: list[VolumeArgs],
) -> DaemonSetSpecArgs:
    """A DaemonSet spec: one pod with this container on each node that matches one of the terms `nodes`."""
    return DaemonSetSpecArgs(
        selector=LabelSelectorArgs(match_labels=selector),
        update_strategy=DaemonSetUpdateStrategyArgs(
            type="RollingUpdate", rolling_update=RollingUpdateDaemonSetArgs(max_unavailable=1)
        ),
        template=PodTemplateSpecArgs(
            metadata=ObjectMetaArgs(labels=labels, annotations=annotations),
            spec=PodSpecArgs(
                service_account_name=account,
                automount_service_account_token=False,
                enable_service_links=False,
                runtime_class_name=runtime_class,
                # Without these pods the node's GPUs cannot be allocated: they are evicted last.
                priority_class_name="system-node-critical",
                # Also on nodes that are tainted for certain workloads, or that are being drained.
                tolerations=[TolerationArgs(operator="Exists")],
                affinity=AffinityArgs(
                    node_affinity=NodeAffinityArgs(
                        required_during_scheduling_ignored_during_execution=NodeSelectorArgs(
                            node_selector_terms=nodes
                        )
                    )
                ),
                security_context=PodSecurityContextArgs(
                    seccomp_profile=SeccompProfileArgs(type="RuntimeDefault")
                ),
                containers=[container],
                volumes=volumes,
            ),
        ),
    )


def register_network_policy(
    name: str,
    app: str,
    namespace: Input[str],
    labels: dict[str, str],
    opts: ResourceOptions,
    *,
    open_port: str | None = None,
) -> None:
    """Register a NetworkPolicy for all pods of this app: ingress to the metrics port only, if any."""
    network_policy(
        name,
        ObjectMetaArgs(name=app, namespace=namespace, labels=labels),
        LabelSelectorArgs(match_labels={"app.kubernetes.io/name": app}),
        ingress=[Allow(ports=tcp(open_port))] if open_port else [],
        opts=opts,
    )


def as_root(*capabilities: str) -> SecurityContextArgs:
    """Root, who owns the kubelet's sockets and the driver's files, with these capabilities only."""
    return SecurityContextArgs(
        run_as_user=0,
        run_as_group=0,
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        capabilities=CapabilitiesArgs(drop=["ALL"], add=list(capabilities) or None),
    )


def gpu_nodes(*requirements: NodeSelectorRequirementArgs) -> NodeSelectorTermArgs:
    """The node selector term of nodes with GPUs that meet all requirements."""
    present = [
        NodeSelectorRequirementArgs(key=key, operator="In", values=[value]) for key, value in PRESENT.items()
    ]
    return NodeSelectorTermArgs(match_expressions=[*present, *requirements])
