"""What the pods of the DaemonSets on GPU nodes have in common."""

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

from components.gpu.node_marks import PRESENT
from components.kubernetes.network_policy import Allow, network_policy, tcp

# What a container that only writes logs may take of its node's disk.
LOGS = "64Mi"


def gpu_node_pods(
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
    """One pod with this container on each of the nodes."""
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
                # Without them the node's GPUs are nobody's: they go last of all.
                priority_class_name="system-node-critical",
                # Also on nodes that are kept for somebody, or that are being emptied.
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


def closed(
    name: str,
    app: str,
    namespace: Input[str],
    labels: dict[str, str],
    opts: ResourceOptions,
    *,
    open_port: str | None = None,
) -> None:
    """Keep the network of all pods of this name to the port that answers Prometheus, if any."""
    network_policy(
        name,
        ObjectMetaArgs(name=app, namespace=namespace, labels=labels),
        LabelSelectorArgs(match_labels={"app.kubernetes.io/name": app}),
        ingress=[Allow(ports=tcp(open_port))] if open_port else [],
        opts=opts,
    )


def as_root(*capabilities: str) -> SecurityContextArgs:
    """Root, whom the kubelet's sockets and the driver's files belong to, with no more rights than named."""
    return SecurityContextArgs(
        run_as_user=0,
        run_as_group=0,
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        capabilities=CapabilitiesArgs(drop=["ALL"], add=list(capabilities) or None),
    )


def with_gpus(*requirements: NodeSelectorRequirementArgs) -> NodeSelectorTermArgs:
    """Nodes with GPUs that meet all the requirements."""
    present = [
        NodeSelectorRequirementArgs(key=key, operator="In", values=[value]) for key, value in PRESENT.items()
    ]
    return NodeSelectorTermArgs(match_expressions=[*present, *requirements])
