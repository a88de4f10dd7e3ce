"""The models layer: what is served."""

from collections.abc import Sequence

from pulumi import Output, ResourceOptions

from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, manifest_of
from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.storage import ModelVolume, ModelVolumeArgs
from components.versions import IMAGES
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
    name, files = model.name, model.files
    namespace = platform.namespace(model.namespace)
    manifest = manifest_of(files.source)
    delivered = DeliveredFiles(
        f"{name}-files",
        DeliveredFilesArgs(
            machine=cluster.machine(files.machine),
            source=files.source,
            # The server takes the directory's name for the model's.
            target=f"{files.host_path}/{model.served_name}",
            manifest=manifest,
            after=cluster.ready,
        ),
    )
    options = ResourceOptions(provider=cluster.kubernetes)
    volume = ModelVolume(
        f"{name}-volume",
        ModelVolumeArgs(
            namespace=namespace,
            node=files.machine,
            volume=model.storage.volume,
            claim=model.storage.claim,
            size=model.storage.size,
            host_path=files.host_path,
        ),
        options,
    )
    server = ModelServer(
        name,
        ModelServerArgs(
            namespace=namespace,
            image=model.image or images["model-server-gpu" if model.gpu else "model-server"],
            claim=volume.claim,
            model_digest=manifest_digest(manifest),
            deployment=name,
            service=model.service.name,
            served_name=model.served_name,
            node_port=model.service.node_port,
            replicas=model.replicas,
            gpu=model.gpu,
            priority=platform.priority(model.priority),
            requests=model.resources.requests.model_dump(),
            limits=model.resources.limits.model_dump(),
            wait_for=(delivered.delivery,),
        ),
        options,
    )
    return Output.all(cluster.addresses(), server.node_port, server.predict_path).apply(
        lambda parts: [f"http://{address}:{parts[1]}{parts[2]}" for address in parts[0]]
    )
