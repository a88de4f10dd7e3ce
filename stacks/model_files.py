"""Where the files of a model come from, by the kind that the settings name."""

from pulumi import Output, ResourceOptions

from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, manifest_of
from components.serving.storage import ModelFiles, files_of_claim
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from stacks.outputs import ClusterOutputs
from stacks.settings import ModelSettings


def model_files(model: ModelSettings, namespace: Output[str], cluster: ClusterOutputs) -> ModelFiles:
    """Bring a model's files to where its pods find them."""
    name, files = model.name, model.files
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
        ResourceOptions(provider=cluster.kubernetes),
    )
    return files_of_claim(volume.claim, manifest_digest(manifest), wait_for=(delivered.delivery,))
