"""NVIDIA's device plugin: advertises the GPUs of a node to the kubelet as extended resources."""

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
from components.gpu.node_labels import SHARING_LABEL
from components.gpu.node_pod import LOGS, as_root, daemon_set_spec, gpu_nodes, register_network_policy
from components.gpu.sharing import plugin_config
from components.kubernetes.labels import labels_of_part
from components.kubernetes.pod_parts import host_directory
from settings.gpu import SharingSettings
from settings.gpu_resources import DEFAULT_SHARING

NAME = "nvidia-device-plugin"
CONFIG_DIRECTORY = "/config"
CONFIG_FILE = "config.yaml"
# The directory of the kubelet's registration socket and of the plugins' sockets.
PLUGINS_DIRECTORY = "/var/lib/kubelet/device-plugins"
# One of containerd's two directories of CDI specifications, the one that a reboot empties.
CDI_DIRECTORY = "/var/run/cdi"
# Where the plugin finds the node's driver: its CDI specification lists the driver's libraries to mount into
# containers.
DRIVER_ROOT = "/driver-root"


@dataclass(frozen=True, kw_only=True)
class DevicePluginArgs:
    """The plugin's image, and its configurations."""

    namespace: Input[str]
    image: str
    runtime_class: Input[str]
    sharing: Mapping[str, SharingSettings] = field(default_factory=dict)
    """Configurations by name. A node's label nvidia.com/device-plugin.config selects one; the default is
    `default`."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        for name in self.sharing:
            require_dns_label("sharing", name)


class DevicePlugin(pulumi.ComponentResource):
    """The plugin on every node with GPUs: one DaemonSet for each configuration.

    NVIDIA's chart has one DaemonSet whose sidecar, config-manager, watches the node's label, for which it may
    read all nodes. Here the label selects the DaemonSet: no RBAC rules, and a preview shows changed nodes.
    """

    def __init__(self, name: str, args: DevicePluginArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gpu:DevicePlugin", name, None, opts)
        account = ServiceAccount(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=labels_of(None)),
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
        # The plugin uses the kubelet's Unix sockets only, and no network.
        register_network_policy(name, NAME, args.namespace, labels_of(None), ResourceOptions(parent=self))
        configs = {DEFAULT_SHARING: SharingSettings(), **args.sharing}
        for config, sharing in configs.items():
            self._register(f"{name}-{config}", config, sharing, args, account)
        self.register_outputs({})

    def _register(
        self,
        name: str,
        config: str,
        sharing: SharingSettings,
        args: DevicePluginArgs,
        account: ServiceAccount,
    ) -> None:
        child = ResourceOptions(parent=self)
        labels, text = labels_of(config), plugin_config(sharing)
        metadata = ObjectMetaArgs(name=f"{NAME}-{config}", namespace=args.namespace, labels=labels)
        config_map = ConfigMap(name, metadata=metadata, data={CONFIG_FILE: text}, opts=child)
        DaemonSet(
            name,
            metadata=metadata,
            spec=daemon_set_spec(
                _container(args.image, sharing),
                labels=labels,
                selector=selector_of(config),
                # The plugin reads the file only at startup.
                annotations={"metalml/config-sha256": hashlib.sha256(text.encode()).hexdigest()},
                account=account.metadata.name,
                runtime_class=args.runtime_class,
                nodes=_nodes(config),
                volumes=[
                    host_directory("plugins", PLUGINS_DIRECTORY),
                    host_directory("cdi", CDI_DIRECTORY, make=True),
                    host_directory("driver-root", "/"),
                    VolumeArgs(
                        name="config", config_map=ConfigMapVolumeSourceArgs(name=config_map.metadata.name)
                    ),
                ],
            ),
            opts=child,
        )


def selector_of(config: str) -> dict[str, str]:
    """The pod selector. A DaemonSet's selector is immutable."""
    return {"app.kubernetes.io/name": NAME, "app.kubernetes.io/instance": config}


def labels_of(config: str | None) -> dict[str, str]:
    """Labels of the objects of one configuration; None: of those that all configurations share."""
    selector = {"app.kubernetes.io/name": NAME} if config is None else selector_of(config)
    return labels_of_part(selector, "gpu")


def _nodes(config: str) -> list[NodeSelectorTermArgs]:
    chosen = gpu_nodes(NodeSelectorRequirementArgs(key=SHARING_LABEL, operator="In", values=[config]))
    if config != DEFAULT_SHARING:
        return [chosen]
    return [gpu_nodes(NodeSelectorRequirementArgs(key=SHARING_LABEL, operator="DoesNotExist")), chosen]


def _container(image: str, sharing: SharingSettings) -> ContainerArgs:
    # The runtime `nvidia` adds all GPUs to this container, and of the driver the libraries of CUDA and NVML.
    shown = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    if sharing.mig:
        shown["NVIDIA_MIG_MONITOR_DEVICES"] = "all"
    variables = {"CONFIG_FILE": f"{CONFIG_DIRECTORY}/{CONFIG_FILE}", **shown}
    return ContainerArgs(
        name=NAME,
        image=image,
        image_pull_policy="IfNotPresent",
        env=[EnvVarArgs(name=name, value=value) for name, value in variables.items()],
        # The release sets none. Loading NVML needs some 100 MiB for a moment.
        resources=ResourceRequirementsArgs(
            requests={"cpu": "50m", "memory": "64Mi", "ephemeral-storage": LOGS},
            limits={"cpu": "1", "memory": "512Mi", "ephemeral-storage": LOGS},
        ),
        # The driver requires this capability to monitor MIG devices.
        security_context=as_root(*(["SYS_ADMIN"] if sharing.mig else [])),
        volume_mounts=[
            VolumeMountArgs(name="plugins", mount_path=PLUGINS_DIRECTORY),
            VolumeMountArgs(name="cdi", mount_path=CDI_DIRECTORY),
            VolumeMountArgs(name="driver-root", mount_path=DRIVER_ROOT, read_only=True),
            VolumeMountArgs(name="config", mount_path=CONFIG_DIRECTORY, read_only=True),
        ],
    )
