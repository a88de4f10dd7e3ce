"""Autoscaling: what the platform offers for it, and how a model uses it."""

from collections.abc import Mapping

from pulumi import Output, ResourceOptions

from components.autoscaling import metrics_server
from components.autoscaling.horizontal import ModelScaler, ModelScalerArgs
from components.autoscaling.metrics_server import MetricsServer, MetricsServerArgs
from components.serving.model_server import ModelServer
from components.versions import IMAGES
from stacks.outputs import ClusterOutputs, PlatformOutputs
from stacks.settings import ModelSettings, Settings


def build_autoscaling(settings: Settings, cluster: ClusterOutputs) -> Mapping[str, Output[str]]:
    """Install what the settings ask for; the metrics APIs that there are then, by name."""
    images = {**IMAGES, **settings.images}
    options = ResourceOptions(provider=cluster.kubernetes)
    apis: dict[str, Output[str]] = {}
    if (wanted := settings.platform.metrics_server) is not None:
        made = MetricsServer(
            metrics_server.NAME,
            MetricsServerArgs(
                image=images[metrics_server.NAME], replicas=wanted.replicas, wait_for=cluster.ready
            ),
            options,
        )
        apis[metrics_server.GROUP] = made.group
    return apis


def scale(
    model: ModelSettings, server: ModelServer, platform: PlatformOutputs, options: ResourceOptions
) -> None:
    """Give the number of a model's pods to an autoscaler, where its settings say so."""
    wanted = model.autoscaling
    if wanted is None:
        return
    ModelScaler(
        f"{model.name}-hpa",
        ModelScalerArgs(
            namespace=server.namespace,
            deployment=server.deployment,
            name=f"{model.name}-hpa",
            min_replicas=wanted.min,
            max_replicas=wanted.max,
            cpu_percent=wanted.cpu_percent,
            down_after_seconds=wanted.down_after_seconds,
            measured_by=platform.metrics_api(metrics_server.GROUP),
        ),
        options,
    )
