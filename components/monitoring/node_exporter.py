"""node_exporter: hardware and OS metrics of each node."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Resource, ResourceOptions
from pulumi_kubernetes.apps.v1 import (
    DaemonSet,
    DaemonSetSpecArgs,
    DaemonSetUpdateStrategyArgs,
    RollingUpdateDaemonSetArgs,
)
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    ContainerPortArgs,
    HTTPGetActionArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    ServiceAccount,
    TolerationArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.checks import require_pinned_image
from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.pod_parts import from_field, host_directory
from components.kubernetes.rbac import KUBE_SYSTEM
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.monitoring.names import labels

NAME = "node-exporter"
# The firewall allows `scrapeRanges` to connect to it (components/machines/firewall_rules.py).
PORT = 9100
USER = 65534
SELECTOR = {"app.kubernetes.io/name": NAME}
# Mounts of pods and containers: thousands of series, and the kubelet's metrics are more precise.
MOUNTS = "^/(dev|proc|run|sys|var/lib/(containerd|containers|kubelet/pods|kubelet/plugins))($|/)"
DEVICES = "^(veth.*|cali[a-f0-9]*|[a-f0-9]{15})$"


@dataclass(frozen=True, kw_only=True)
class NodeExporterArgs:
    """The exporter's image."""

    image: str
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)


class NodeExporter(pulumi.ComponentResource):
    """A DaemonSet on all nodes, including control plane nodes.

    In kube-system, because it uses the host network and mounts host directories, which Pod Security Admission
    rejects in the namespace of monitoring.
    """

    def __init__(self, name: str, args: NodeExporterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:NodeExporter", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=labels(NAME))
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        DaemonSet(
            name,
            metadata=metadata,
            spec=DaemonSetSpecArgs(
                selector=LabelSelectorArgs(match_labels=SELECTOR),
                update_strategy=DaemonSetUpdateStrategyArgs(
                    type="RollingUpdate", rolling_update=RollingUpdateDaemonSetArgs(max_unavailable="10%")
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=labels(NAME)),
                    spec=PodSpecArgs(
                        service_account_name=account.metadata.name,
                        automount_service_account_token=False,
                        enable_service_links=False,
                        host_network=True,
                        priority_class_name="system-node-critical",
                        tolerations=[TolerationArgs(operator="Exists")],
                        node_selector={"kubernetes.io/os": "linux"},
                        security_context=restricted_pod(USER),
                        containers=[_container(args.image)],
                        volumes=[host_directory("root", "/")],
                    ),
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=list(args.wait_for)),
        )
        self.register_outputs({})


def _container(image: str) -> ContainerArgs:
    return ContainerArgs(
        name=NAME,
        image=image,
        image_pull_policy="IfNotPresent",
        args=[
            # Listens on the node's internal address, not on one that is reachable from the internet.
            f"--web.listen-address=$(HOST_ADDRESS):{PORT}",
            "--path.rootfs=/host/root",
            "--path.procfs=/host/root/proc",
            "--path.sysfs=/host/root/sys",
            "--path.udev.data=/host/root/run/udev/data",
            f"--collector.filesystem.mount-points-exclude={MOUNTS}",
            f"--collector.netclass.ignored-devices={DEVICES}",
            f"--collector.netdev.device-exclude={DEVICES}",
            "--no-collector.wifi",
            "--no-collector.btrfs",
        ],
        env=[from_field("HOST_ADDRESS", "status.hostIP")],
        ports=[ContainerPortArgs(name="metrics", container_port=PORT, host_port=PORT, protocol="TCP")],
        resources=resource_requirements({"cpu": "50m", "memory": "64Mi"}, {"cpu": "250m", "memory": "180Mi"}),
        readiness_probe=_probe(period=10),
        liveness_probe=_probe(period=60),
        security_context=restricted_container(USER),
        volume_mounts=[
            VolumeMountArgs(
                name="root", mount_path="/host/root", mount_propagation="HostToContainer", read_only=True
            )
        ],
    )


def _probe(*, period: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path="/", port="metrics", scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=3,
    )
