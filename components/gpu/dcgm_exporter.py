"""NVIDIA's DCGM exporter: metrics of each GPU, for Prometheus."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    ServiceAccount,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_pinned_image
from components.gpu.node_pod import as_root, daemon_set_spec, gpu_nodes, register_network_policy
from components.kubernetes.labels import labels_of_part
from components.kubernetes.pod_parts import from_field, host_directory
from components.kubernetes.timeouts import DAEMON_SET_TURNS, awaited

NAME = "dcgm-exporter"
PORT = 9400
# The directory of the socket of the kubelet's PodResources API, which lists the devices of each pod.
POD_RESOURCES_DIRECTORY = "/var/lib/kubelet/pod-resources"
# Seconds. The initialization for all GPUs of a large server takes most of a minute.
START_SECONDS = 90
# Ephemeral storage: the logs, and the files in /tmp.
STORAGE = "128Mi"
TMP = "64Mi"

SELECTOR = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/instance": NAME}
LABELS = labels_of_part(SELECTOR, "gpu")


@dataclass(frozen=True, kw_only=True)
class DcgmExporterArgs:
    """The exporter's image, namespace and RuntimeClass."""

    namespace: Input[str]
    image: str
    runtime_class: Input[str]

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)


class DcgmExporter(pulumi.ComponentResource):
    """Metrics of every GPU on port 9400 (named `metrics`) of a pod on each node with GPUs.

    Each series has the labels of the pod that uses the GPU, except with time-slicing: the kubelet allocates
    replicas, and the driver knows only the GPU. Profiling metrics (DCGM_FI_PROF_*) require SYS_ADMIN.
    """

    def __init__(self, name: str, args: DcgmExporterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gpu:DcgmExporter", name, None, opts)
        child = ResourceOptions(parent=self)
        metadata = ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=LABELS)
        account = ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        register_network_policy(name, NAME, args.namespace, LABELS, child, open_port="metrics")
        DaemonSet(
            name,
            metadata=metadata,
            spec=daemon_set_spec(
                _container(args.image),
                labels=LABELS,
                selector=SELECTOR,
                annotations={},
                account=account.metadata.name,
                runtime_class=args.runtime_class,
                nodes=[gpu_nodes()],
                volumes=[
                    host_directory("pod-resources", POD_RESOURCES_DIRECTORY),
                    VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit=TMP)),
                ],
            ),
            opts=ResourceOptions(parent=self, custom_timeouts=awaited(START_SECONDS, turns=DAEMON_SET_TURNS)),
        )
        self.register_outputs({})


def _container(image: str) -> ContainerArgs:
    return ContainerArgs(
        name=NAME,
        image=image,
        image_pull_policy="IfNotPresent",
        env=[
            EnvVarArgs(name="DCGM_EXPORTER_LISTEN", value=f":{PORT}"),
            EnvVarArgs(name="DCGM_EXPORTER_KUBERNETES", value="true"),
            from_field("NODE_NAME", "spec.nodeName"),
        ],
        ports=[ContainerPortArgs(name="metrics", container_port=PORT, protocol="TCP")],
        startup_probe=_probe("/health", period=5, failures=-(-START_SECONDS // 5)),
        readiness_probe=_probe("/metrics", period=30, failures=3),
        liveness_probe=_probe("/health", period=30, failures=3),
        # The requests of the release; its memory limit is too low for a server with eight GPUs.
        resources=ResourceRequirementsArgs(
            requests={"cpu": "100m", "memory": "128Mi", "ephemeral-storage": STORAGE},
            limits={"cpu": "500m", "memory": "1Gi", "ephemeral-storage": STORAGE},
        ),
        security_context=as_root("SYS_ADMIN"),
        volume_mounts=[
            VolumeMountArgs(name="pod-resources", mount_path=POD_RESOURCES_DIRECTORY, read_only=True),
            VolumeMountArgs(name="tmp", mount_path="/tmp"),
        ],
    )


def _probe(path: str, *, period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=path, port="metrics", scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=5,
        success_threshold=1,
        failure_threshold=failures,
    )
