"""The GPU software of the cluster: NVIDIA's device plugin, RuntimeClass and DCGM exporter."""

from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.gpu import dcgm_exporter, device_plugin
from components.gpu.dcgm_exporter import DcgmExporter, DcgmExporterArgs
from components.gpu.device_plugin import DevicePlugin, DevicePluginArgs
from components.gpu.runtime_class import GpuRuntimeClass, GpuRuntimeClassArgs
from components.kubernetes.labels import COMMON_LABELS
from settings import Settings
from stacks.outputs import ClusterOutputs

# A namespace of its own, since its pods mount the kubelet's sockets and the node's root file system.
NAMESPACE = "gpu-system"


def build_gpus(settings: Settings, cluster: ClusterOutputs) -> None:
    """Register the GPU software of the settings; its DaemonSets run on GPU nodes as soon as these join."""
    wanted = settings.platform.gpu
    if wanted is None:
        return
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    namespace = Namespace(
        NAMESPACE,
        metadata=ObjectMetaArgs(
            name=NAMESPACE, labels={**COMMON_LABELS, "pod-security.kubernetes.io/enforce": "privileged"}
        ),
        opts=options,
    ).metadata.name
    on = ResourceOptions(provider=cluster.kubernetes)
    runtime_class = GpuRuntimeClass(
        "gpu-runtime-class", GpuRuntimeClassArgs(namespace=namespace, labels=COMMON_LABELS), on
    ).name
    DevicePlugin(
        device_plugin.NAME,
        DevicePluginArgs(
            namespace=namespace,
            image=settings.image(device_plugin.NAME),
            runtime_class=runtime_class,
            sharing=wanted.sharing,
        ),
        on,
    )
    if wanted.metrics:
        DcgmExporter(
            dcgm_exporter.NAME,
            DcgmExporterArgs(
                namespace=namespace, image=settings.image(dcgm_exporter.NAME), runtime_class=runtime_class
            ),
            on,
        )
