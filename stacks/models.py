"""The models layer: model serving and training jobs."""

from collections.abc import Callable, Sequence

from pulumi import Output, ResourceOptions

from components.serving.model_server_args import ModelServerArgs
from components.serving.placement import Placement
from components.serving.storage_s3 import S3Credentials
from settings import ModelSettings, Settings
from stacks.autoscaling import scale
from stacks.evaluation import evaluate
from stacks.logging import search_models
from stacks.model_files import model_files, s3_credentials
from stacks.outputs import ClusterOutputs, ModelsOutputs, PlatformOutputs
from stacks.rollouts import serve
from stacks.rules import register_model_rules
from stacks.tenancy import with_checked_quotas
from stacks.training import train


def build(settings: Settings, cluster: ClusterOutputs, platform: PlatformOutputs) -> ModelsOutputs:
    """Register the storage and the servers of all models, and the training jobs."""
    platform = with_checked_quotas(platform, [*settings.models, *settings.training])
    credentials = s3_credentials(settings)
    search_models(settings, cluster, platform)
    return ModelsOutputs(
        prediction_urls={
            model.name: _serve(model, settings.image, credentials, cluster, platform)
            for model in settings.models
        },
        training_jobs=train(settings, cluster, platform),
    )


def _serve(
    model: ModelSettings,
    image: Callable[[str], str],
    credentials: S3Credentials | None,
    cluster: ClusterOutputs,
    platform: PlatformOutputs,
) -> Output[Sequence[str]]:
    namespace = platform.namespace(model.namespace)
    options = ResourceOptions(provider=cluster.kubernetes)
    files = model_files(model, namespace, cluster, image, credentials)
    tracks = {
        track: ModelServerArgs(
            namespace=namespace,
            image=model.image or image("model-server-gpu" if model.gpu else "model-server"),
            files=found,
            deployment=model.name,
            service=model.service.name,
            served_name=model.served_name,
            node_port=model.service.node_port,
            replicas=None if model.autoscaling else model.replicas,
            max_replicas=model.autoscaling.max if model.autoscaling else 1,
            gpu=model.gpu,
            gpu_resource=model.gpu_resource,
            placement=Placement(machines=model.placement, product=model.product, spread=model.spread),
            priority=platform.priority(model.priority),
            server=model.server,
            resources=model.resources,
        )
        for track, found in files.by_track.items()
    }
    served = serve(model, tracks, cluster, platform, options)
    for server in served.servers:
        scale(model, server, platform, options)
    port = next(iter(tracks.values())).container_port
    evaluate(model, served.servers, port, image, platform, options)
    register_model_rules(model, namespace, platform, options)
    files.remove_unused(after=[server.rolled_out for server in served.servers])
    return Output.all(cluster.addresses(), served.node_port, served.predict_path).apply(
        lambda parts: [f"http://{address}:{parts[1]}{parts[2]}" for address in parts[0]]
    )
