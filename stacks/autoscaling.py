"""Autoscaling: the autoscalers and metrics APIs of the platform, and the HPA and VPA of each model."""

from collections.abc import Mapping, Sequence

from pulumi import Output, Resource, ResourceOptions

from components.autoscaling import vertical_rbac
from components.autoscaling.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from components.autoscaling.custom_metrics import CustomMetrics, CustomMetricsArgs
from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from components.autoscaling.metrics_server import MetricsServer, MetricsServerArgs
from components.autoscaling.vertical import VerticalArgs, VerticalPodAutoscaler
from components.autoscaling.vertical_pod_autoscaler import (
    INTERNAL,
    RELEASE,
    VerticalPodAutoscaling,
    VerticalPodAutoscalingArgs,
    vpa_definitions,
)
from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from components.monitoring.names import PROMETHEUS_URL
from components.serving.model_server import ModelServer
from settings import ModelSettings, Settings
from settings.autoscaling import MetricsApi
from stacks.outputs import ClusterOutputs, PlatformOutputs


def build_autoscaling(
    settings: Settings, cluster: ClusterOutputs, namespaces: Sequence[Resource]
) -> Mapping[str, Output[str]]:
    """Register the autoscaling of the settings; returns the installed API groups by name.

    The `namespaces` are deleted after these APIs.
    """
    options = ResourceOptions(provider=cluster.kubernetes)
    apis: dict[str, Output[str]] = {}
    if (wanted := settings.platform.metrics_server) is not None:
        measuring = MetricsServer(
            "metrics-server",
            MetricsServerArgs(
                image=settings.image("metrics-server"),
                replicas=wanted.replicas,
                wait_for=cluster.ready,
                namespaces=namespaces,
            ),
            options,
        )
        apis[MetricsApi.RESOURCE] = measuring.group
    if (figures := settings.platform.custom_metrics) is not None:
        adapter = CustomMetrics(
            "prometheus-adapter",
            CustomMetricsArgs(
                image=settings.image("prometheus-adapter"),
                prometheus_url=figures.prometheus_url or PROMETHEUS_URL,
                apis=figures.apis,
                wait_for=cluster.ready,
                namespaces=namespaces,
            ),
            options,
        )
        apis |= adapter.groups
    if settings.platform.vpa is not None:
        sizing = VerticalPodAutoscaling(
            "vpa",
            VerticalPodAutoscalingArgs(
                recommender_image=settings.image("vpa-recommender"),
                updater_image=settings.image("vpa-updater"),
                admission_image=settings.image("vpa-admission-controller"),
                definitions=Definitions(
                    release=RELEASE,
                    objects=vpa_definitions(release_cache()),
                    internal=INTERNAL,
                    kubeconfig=cluster.kubeconfig,
                ),
                measured_by=apis[MetricsApi.RESOURCE],
                wait_for=cluster.ready,
            ),
            options,
        )
        apis[vertical_rbac.GROUP] = sizing.group
    if (more := settings.platform.cluster_autoscaler) is not None and more.provider is not None:
        host, _, port = more.provider.address.rpartition(":")
        ClusterAutoscaler(
            "cluster-autoscaler",
            ClusterAutoscalerArgs(
                image=settings.image("cluster-autoscaler"),
                provider_host=host,
                provider_port=int(port),
                provider_secret=more.provider.secret,
                wait_for=cluster.ready,
            ),
            options,
        )
    return apis


def next_spare_machines(settings: Settings, cluster: ClusterOutputs) -> Mapping[str, Output[str | None]]:
    """By group of spare machines: the next one that is not in the cluster; None where all are."""
    more = settings.platform.cluster_autoscaler
    there = cluster.machine_names()

    def next_of(machines: Sequence[str]) -> Output[str | None]:
        return there.apply(
            lambda names: next((machine for machine in machines if machine not in names), None)
        )

    return {} if more is None else {group.name: next_of(group.machines) for group in more.spares}


def scale(
    model: ModelSettings, server: ModelServer, platform: PlatformOutputs, options: ResourceOptions
) -> None:
    """Register the HPA of a model's Deployment, and its VPA, where the model's settings have them."""
    wanted = model.autoscaling
    if wanted is None:
        return
    ModelScaler(
        f"{server.deployment_name}-hpa",
        ModelScalerArgs(
            namespace=server.namespace,
            deployment=server.deployment,
            name=f"{server.deployment_name}-hpa",
            settings=wanted,
            measured_by=[platform.scaling_api(str(api)) for api in wanted.asks],
        ),
        options,
    )
    if wanted.vertical is not None:
        VerticalPodAutoscaler(
            f"{server.deployment_name}-vpa",
            VerticalArgs(
                namespace=server.namespace,
                deployment=server.deployment,
                name=f"{server.deployment_name}-vpa",
                recommended_by=platform.scaling_api(vertical_rbac.GROUP),
                limits=model.resources.limits,
                settings=wanted.vertical,
                scaled_by_cpu=wanted.moves and wanted.cpu_target is not None,
            ),
            options,
        )
