"""The models layer: what is served."""

from collections.abc import Sequence

from pulumi import Output, ResourceOptions

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.placement import Placement
from components.versions import IMAGES
from stacks.autoscaling import scale
from stacks.model_files import model_files
from stacks.outputs import ClusterOutputs, ModelsOutputs, PlatformOutputs
from stacks.settings import ModelSettings, Settings


def build(settings: Settings, cluster: ClusterOutputs, platform: PlatformOutputs) -> ModelsOutputs:
    """Bring each model's files to its machine and serve them."""
    images = {**IMAGES, **settings.images}
    return ModelsOutputs(
        prediction_urls={model.name: _serve(model, images, cluster, platform) for model in settings.models}
    )


def _serve(
    model: ModelSettings, images: dict[str, str], cluster: ClusterOutputs, platform: PlatformOutputs
) -> Output[Sequence[str]]:
    name, namespace = model.name, platform.namespace(model.namespace)
    options = ResourceOptions(provider=cluster.kubernetes)
    server = ModelServer(
        name,
        ModelServerArgs(
            namespace=namespace,
            image=model.image or images["model-server-gpu" if model.gpu else "model-server"],
            files=model_files(model, namespace, cluster),
            deployment=name,
            service=model.service.name,
            served_name=model.served_name,
            node_port=model.service.node_port,
            replicas=None if model.autoscaling else model.replicas,
            gpu=model.gpu,
            gpu_resource=model.gpu_resource,
            placement=Placement(machines=model.placement, product=model.product, spread=model.spread),
            priority=platform.priority(model.priority),
            requests=model.resources.requests.model_dump(),
            limits=model.resources.limits.model_dump(),
        ),
        options,
    )
    scale(model, server, platform, options)
    return Output.all(cluster.addresses(), server.node_port, server.predict_path).apply(
        lambda parts: [f"http://{address}:{parts[1]}{parts[2]}" for address in parts[0]]
    )
