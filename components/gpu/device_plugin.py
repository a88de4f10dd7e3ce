"""NVIDIA's device plugin: makes the GPUs of a node a resource that pods can ask for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    EnvVarArgs,
    NodeSelectorRequirementArgs,
    NodeSelectorTermArgs,
    ResourceRequirementsArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label, require_pinned_image
from components.gpu.node_marks import SHARING_LABEL
from components.gpu.node_pod import LOGS, as_root, closed, gpu_node_pods, with_gpus
from components.gpu.sharing import plugin_config
from components.kubernetes.labels import labels_of_part
from components.kubernetes.pod_parts import host_directory
from settings.gpu import SharingSettings
from settings.gpu_resources import DEFAULT_SHARING

NAME = "nvidia-device-plugin"
CONFIG_DIRECTORY = "/config"
CONFIG_FILE = "config.yaml"
# Where the kubelet listens for plugins.
PLUGINS_DIRECTORY = "/var/lib/kubelet/device-plugins"
# One of containerd's two directories for descriptions of devices, the one that goes with a boot.
CDI_DIRECTORY = "/var/run/cdi"
# Where the plugin looks for the driver of its machine, to describe the libraries that belong into a
# container.
DRIVER_ROOT = "/driver-root"


@dataclass(frozen=True, kw_only=True)
class DevicePluginArgs:
    """The program, and how it offers what it finds."""

    namespace: Input[str]
    image: str
    runtime_class: Input[str]
    sharing: Mapping[str, SharingSettings] = field(default_factory=dict)
    """By name. A node chooses by its label nvidia.com/device-plugin.config; without it, `default`."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        for name in self.sharing:
            require_dns_label("sharing", name)


class DevicePlugin(pulumi.ComponentResource):
    """The plugin on every node with GPUs: one DaemonSet for each way to offer them.

    NVIDIA's chart has one DaemonSet whose second container watches the node's label, for which it may read
    all nodes. Here the label chooses the DaemonSet: no rights, and a preview shows which nodes' way
    changes.
    """

    def __init__(self, name: str, args: DevicePluginArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gpu:DevicePlugin", name, None, opts)
        account = ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=labels_of(None)),
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
        # It talks to the kubelet by files, and to nobody else.
        closed(name, NAME, args.namespace, labels_of(None), ResourceOptions(parent=self))
        ways = {DEFAULT_SHARING: SharingSettings(), **args.sharing}
        for way, sharing in ways.items():
            self._offer(f"{name}-{way}", way, sharing, args, account)
        self.register_outputs({})

    def _offer(
        self, name: str, way: str, sharing: SharingSettings, args: DevicePluginArgs, account: ServiceAccount
    ) -> None:
        child = ResourceOptions(parent=self)
        labels, text = labels_of(way), plugin_config(sharing)
        metadata = ObjectMetaArgs(name=f"{NAME}-{way}", namespace=args.namespace, labels=labels)
        config = ConfigMap(name, metadata=metadata, data={CONFIG_FILE: text}, opts=child)
        DaemonSet(
            name,
            metadata=metadata,
            spec=gpu_node_pods(
                _container(args.image, sharing),
                labels=labels,
                selector=selector_of(way),
                # The plugin reads its file once.
                annotations={"metalml/config-sha256": hashlib.sha256(text.encode()).hexdigest()},
                account=account.metadata.name,
                runtime_class=args.runtime_class,
                nodes=_nodes(way),
                volumes=[
                    host_directory("plugins", PLUGINS_DIRECTORY),
                    host_directory("cdi", CDI_DIRECTORY, make=True),
                    host_directory("driver-root", "/"),
                    VolumeArgs(
                        name="config", config_map=ConfigMapVolumeSourceArgs(name=config.metadata.name)
                    ),
                ],
            ),
            opts=child,
        )


def selector_of(way: str) -> dict[str, str]:
    """The labels that find the pods. A DaemonSet's selector can never change."""
    return {"app.kubernetes.io/name": NAME, "app.kubernetes.io/instance": way}


def labels_of(way: str | None) -> dict[str, str]:
    """Labels of every object, of one way or of all."""
    selector = {"app.kubernetes.io/name": NAME} if way is None else selector_of(way)
    return labels_of_part(selector, "gpu")


def _nodes(way: str) -> list[NodeSelectorTermArgs]:
    chosen = with_gpus(NodeSelectorRequirementArgs(key=SHARING_LABEL, operator="In", values=[way]))
    if way != DEFAULT_SHARING:
        return [chosen]
    return [with_gpus(NodeSelectorRequirementArgs(key=SHARING_LABEL, operator="DoesNotExist")), chosen]


def _container(image: str, sharing: SharingSettings) -> ContainerArgs:
    # What the runtime `nvidia` puts into this container: every GPU, and of the driver what tells of them.
    shown = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    if sharing.mig:
        shown["NVIDIA_MIG_MONITOR_DEVICES"] = "all"
    variables = {"CONFIG_FILE": f"{CONFIG_DIRECTORY}/{CONFIG_FILE}", **shown}
    return ContainerArgs(
        name=NAME,
        image=image,
        image_pull_policy="IfNotPresent",
        env=[EnvVarArgs(name=name, value=value) for name, value in variables.items()],
        # The release sets none. Loading the driver's library takes some 100 MiB for a moment.
        resources=ResourceRequirementsArgs(
            requests={"cpu": "50m", "memory": "64Mi", "ephemeral-storage": LOGS},
            limits={"cpu": "1", "memory": "512Mi", "ephemeral-storage": LOGS},
        ),
        # The driver lets only this capability look at the slices of a GPU.
        security_context=as_root(*(["SYS_ADMIN"] if sharing.mig else [])),
        volume_mounts=[
            VolumeMountArgs(name="plugins", mount_path=PLUGINS_DIRECTORY),
            VolumeMountArgs(name="cdi", mount_path=CDI_DIRECTORY),
            VolumeMountArgs(name="driver-root", mount_path=DRIVER_ROOT, read_only=True),
            VolumeMountArgs(name="config", mount_path=CONFIG_DIRECTORY, read_only=True),
        ],
    )
