"""Where the files of a model come from, by the kind that the settings name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi import Output, Resource, ResourceOptions

from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest
from components.serving.model_versions import delivery_manifest, folder_of, manifests_of, versions_in
from components.serving.server_flags import base_path
from components.serving.storage import ModelFiles, files_of_claim
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from stacks.outputs import ClusterOutputs
from stacks.settings import ModelSettings

ONLY_TRACK = ""
"""The track of a model that is not divided into tracks."""


@dataclass(frozen=True, kw_only=True)
class DeliveredModel:
    """The files of a model on the machine where its pods run."""

    by_track: Mapping[str, ModelFiles]
    name: str
    delivery: DeliveredFilesArgs

    def drop_others(self, after: Sequence[Resource]) -> None:
        """Remove the files of versions that are served no more, once `after` is done.

        Until then old pods run. If the new ones never become ready they go on, and may have to start again.
        """
        args = replace(self.delivery, others="remove", at_end="keep", after=tuple(after))
        DeliveredFiles(f"{self.name}-unused-files", args)


def model_files(model: ModelSettings, namespace: Output[str], cluster: ClusterOutputs) -> DeliveredModel:
    """Bring the files of each version that a track serves to where its pods find them."""
    name, files = model.name, model.files
    tracks = versions_by_track(model)
    manifests = manifests_of(files.source, {version for versions in tracks.values() for version in versions})
    delivery = DeliveredFilesArgs(
        machine=cluster.machine(files.machine),
        source=files.source,
        target=f"{files.host_path}/{model.served_name}",
        manifest=delivery_manifest(manifests),
        renamed={str(version): folder_of(version, manifest) for version, manifest in manifests.items()},
        others="keep",
        after=cluster.ready,
    )
    delivered = DeliveredFiles(f"{name}-files", delivery)
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

    def of_track(versions: Sequence[int]) -> ModelFiles:
        served = {version: manifests[version] for version in versions}
        below, there = base_path(model.served_name), model.served_name
        return files_of_claim(
            volume.claim,
            manifest_digest(delivery_manifest(served)),
            # The server takes the last directory's name for the version.
            mounts={
                f"{below}/{number}": f"{there}/{folder_of(number, found)}" for number, found in served.items()
            },
            wait_for=(delivered.delivery,),
        )

    return DeliveredModel(
        by_track={track: of_track(versions) for track, versions in tracks.items()},
        name=name,
        delivery=delivery,
    )


def versions_by_track(model: ModelSettings) -> dict[str, tuple[int, ...]]:
    """The versions that each track serves; of a model without tracks, the newest that there is."""
    if model.rollout.tracks:
        return {track.name: (track.version,) for track in model.rollout.tracks}
    return {ONLY_TRACK: versions_in(Path(model.files.source).expanduser())[-1:]}
