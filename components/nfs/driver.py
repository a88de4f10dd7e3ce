"""csi-driver-nfs: mounts NFS shares on all nodes, and provisions directories for PersistentVolumeClaims."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    DaemonSet,
    DaemonSetSpecArgs,
    DaemonSetUpdateStrategyArgs,
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDaemonSetArgs,
)
from pulumi_kubernetes.core.v1 import (
    EmptyDirVolumeSourceArgs,
    PodSecurityContextArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    SeccompProfileArgs,
    TolerationArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.storage.v1 import CSIDriver, CSIDriverSpecArgs

from components.checks import require_pinned_image
from components.kubernetes.labels import COMMON_LABELS
from components.kubernetes.pod_parts import from_field, host_directory
from components.nfs.containers import PODS_DIRECTORY, driver, helper, liveness
from components.nfs.names import CONTROLLER, DRIVER, NAMESPACE, NODE
from components.nfs.rbac import register_account, register_controller_role

# The release's ports, on the node's loopback, because the driver's pods use hostNetwork.
CONTROLLER_PORT = 29652
NODE_PORT = 29653
PLUGIN_DIRECTORY = "/var/lib/kubelet/plugins/csi-nfsplugin"
REGISTRY_DIRECTORY = "/var/lib/kubelet/plugins_registry"


@dataclass(frozen=True, kw_only=True)
class NfsDriverArgs:
    """The images of one release of the driver."""

    plugin_image: str
    provisioner_image: str
    registrar_image: str
    liveness_image: str
    wait_for: Sequence[Resource] = ()
    """Resources to create first. A component's depends_on does not apply to its children."""

    def __post_init__(self) -> None:
        for field in ("plugin_image", "provisioner_image", "registrar_image", "liveness_image"):
            require_pinned_image(field, getattr(self, field))


class NfsDriver(pulumi.ComponentResource):
    """The driver's DaemonSet and controller Deployment.

    Nodes need no NFS packages, because the driver's image has them. Their kernel needs NFS, which the kernels
    of all distributions have. Delete the driver last: only the driver unmounts volumes.
    """

    def __init__(self, name: str, args: NfsDriverArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:nfs:NfsDriver", name, None, opts)
        child = ResourceOptions(parent=self, depends_on=list(args.wait_for))

        csi_driver = CSIDriver(
            name,
            metadata=ObjectMetaArgs(name=DRIVER, labels=COMMON_LABELS),
            spec=CSIDriverSpecArgs(
                attach_required=False, volume_lifecycle_modes=["Persistent"], fs_group_policy="File"
            ),
            opts=child,
        )
        account = register_account(name, CONTROLLER, child)
        role = register_controller_role(name, account, child)
        _controller(name, args, account, ResourceOptions(parent=self, depends_on=[csi_driver, *role]))
        _nodes(name, args, register_account(name, NODE, child), child)
        self.register_outputs({})


def _controller(name: str, args: NfsDriverArgs, account: Output[str], opts: ResourceOptions) -> None:
    labels = {"app": CONTROLLER, **COMMON_LABELS}
    provisioner = helper(
        "csi-provisioner",
        args.provisioner_image,
        [
            "--leader-election",
            "--leader-election-namespace=$(POD_NAMESPACE)",
            "--extra-create-metadata=true",
            "--feature-gates=VolumeAttributesClass=false",
            "--timeout=1200s",
            "--retry-interval-max=30m",
        ],
        mounts={"socket-dir": "/csi"},
        env=[from_field("POD_NAMESPACE", "metadata.namespace")],
        memory="400Mi",
    )
    pod = _pod(
        account,
        token=True,
        priority="system-cluster-critical",
        tolerations=[
            TolerationArgs(
                key="node-role.kubernetes.io/control-plane", operator="Exists", effect="NoSchedule"
            )
        ],
        containers=[
            provisioner,
            liveness(args.liveness_image, CONTROLLER_PORT),
            driver(args.plugin_image, CONTROLLER_PORT, memory="200Mi"),
        ],
        volumes=[
            VolumeArgs(name="socket-dir", empty_dir=EmptyDirVolumeSourceArgs()),
            host_directory("pods-mount-dir", PODS_DIRECTORY),
        ],
    )
    Deployment(
        f"{name}-controller",
        metadata=ObjectMetaArgs(name=CONTROLLER, namespace=NAMESPACE, labels=labels),
        spec=DeploymentSpecArgs(
            replicas=1,
            # During a rolling update two pods on one node would need the same host port.
            strategy=DeploymentStrategyArgs(type="Recreate"),
            selector=LabelSelectorArgs(match_labels={"app": CONTROLLER}),
            template=PodTemplateSpecArgs(metadata=ObjectMetaArgs(labels=labels), spec=pod),
        ),
        opts=opts,
    )


def _nodes(name: str, args: NfsDriverArgs, account: Output[str], opts: ResourceOptions) -> None:
    labels = {"app": NODE, **COMMON_LABELS}
    registrar = helper(
        "node-driver-registrar",
        args.registrar_image,
        [f"--kubelet-registration-path={PLUGIN_DIRECTORY}/csi.sock"],
        mounts={"socket-dir": "/csi", "registration-dir": "/registration"},
    )
    pod = _pod(
        account,
        token=False,
        priority="system-node-critical",
        # Every node where a pod with an NFS volume may run, whatever its taints.
        tolerations=[TolerationArgs(operator="Exists")],
        containers=[
            liveness(args.liveness_image, NODE_PORT),
            registrar,
            driver(args.plugin_image, NODE_PORT, memory="300Mi"),
        ],
        volumes=[
            host_directory("socket-dir", PLUGIN_DIRECTORY, make=True),
            host_directory("pods-mount-dir", PODS_DIRECTORY),
            host_directory("registration-dir", REGISTRY_DIRECTORY),
        ],
    )
    DaemonSet(
        f"{name}-node",
        metadata=ObjectMetaArgs(name=NODE, namespace=NAMESPACE, labels=labels),
        spec=DaemonSetSpecArgs(
            update_strategy=DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=RollingUpdateDaemonSetArgs(max_unavailable=1)
            ),
            selector=LabelSelectorArgs(match_labels={"app": NODE}),
            template=PodTemplateSpecArgs(metadata=ObjectMetaArgs(labels=labels), spec=pod),
        ),
        opts=opts,
    )


def _pod(
    account: Output[str],
    *,
    token: bool,
    priority: str,
    tolerations: list[TolerationArgs],
    containers: list,
    volumes: list[VolumeArgs],
) -> PodSpecArgs:
    return PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=token,
        # A mount from a pod's own network namespace would break with that pod.
        host_network=True,
        dns_policy="ClusterFirstWithHostNet",
        node_selector={"kubernetes.io/os": "linux"},
        priority_class_name=priority,
        security_context=PodSecurityContextArgs(seccomp_profile=SeccompProfileArgs(type="RuntimeDefault")),
        tolerations=tolerations,
        containers=containers,
        volumes=volumes,
    )
