"""The files of a model, by the kind of storage in the settings: a machine, an NFS share, or a bucket."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from pulumi import Output, Resource, ResourceOptions

from components.serving.model_versions import delivery_manifest, folder_of, manifests_of
from components.serving.pod import USER
from components.serving.storage import WHOLE_VOLUME, ModelFiles, files_of_claim
from components.serving.storage_host import ModelVolume, ModelVolumeArgs
from components.serving.storage_nfs import ShareVolume, ShareVolumeArgs
from components.serving.storage_s3 import BucketFiles, BucketFilesArgs, S3Credentials
from components.serving.tensorflow_serving import MODELS_DIRECTORY, base_path
from components.ssh.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest
from settings import HostFiles, ModelSettings, NfsFiles, S3Files, Settings
from settings.model_versions import versions_in
from stacks.outputs import ClusterOutputs

ONLY_TRACK = ""
"""The only track of a model whose rollout has no tracks."""


@dataclass(frozen=True, kw_only=True)
class TrackFiles:
    """A model's files, for the pods of each track."""

    by_track: Mapping[str, ModelFiles]
    name: str
    delivery: DeliveredFilesArgs | None = None
    """The copy to a machine; None where this program does not copy the files, and so does not delete them."""

    def remove_unused(self, after: Sequence[Resource]) -> None:
        """Delete the files of versions that are no longer served, after the rollouts in `after`.

        Until then old pods run. If the new pods never become ready, the old ones continue, and may restart.
        """
        if self.delivery is not None:
            args = replace(self.delivery, others="remove", at_end="keep", after=tuple(after))
            DeliveredFiles(f"{self.name}-unused-files", args)


def model_files(
    model: ModelSettings,
    namespace: Output[str],
    cluster: ClusterOutputs,
    image: Callable[[str], str],
    credentials: S3Credentials | None,
) -> TrackFiles:
    """Provide the files of each version that a track serves to its pods."""
    match model.files:
        case HostFiles() as files:
            return _on_a_machine(model, files, namespace, cluster)
        case NfsFiles() as files:
            return _on_a_share(model, files, namespace, cluster)
        case S3Files() as files:
            return _in_a_bucket(model, files, namespace, cluster, image("model-fetcher"), credentials)
        case other:
            assert_never(other)


def s3_credentials(settings: Settings) -> S3Credentials | None:
    """The stack's access key for S3-compatible storage; None: anonymous requests."""
    if not settings.s3_access_key_id:
        return None
    secret = settings.s3_secret_access_key.get_secret_value()
    return S3Credentials(access_key_id=settings.s3_access_key_id, secret_access_key=Output.secret(secret))


def _on_a_machine(
    model: ModelSettings, files: HostFiles, namespace: Output[str], cluster: ClusterOutputs
) -> TrackFiles:
    volume = ModelVolume(
        f"{model.name}-volume",
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
    if files.source is not None:
        return _delivered(model, files, files.source, volume, cluster)
    digest = _digest_of(files.revision or "")

    def of_track(versions: Sequence[int]) -> ModelFiles:
        mounts = _mounts(model, versions, folder=model.served_name)
        return files_of_claim(volume.claim, digest, mounts=mounts or {MODELS_DIRECTORY: WHOLE_VOLUME})

    return _found(model, of_track)


def _delivered(
    model: ModelSettings, files: HostFiles, source: str, volume: ModelVolume, cluster: ClusterOutputs
) -> TrackFiles:
    newest = versions_in(Path(source).expanduser())[-1:]
    tracks = {track: versions or newest for track, versions in _versions_by_track(model).items()}
    manifests = manifests_of(source, {version for versions in tracks.values() for version in versions})
    delivery = DeliveredFilesArgs(
        machine=cluster.machine(files.machine),
        source=source,
        target=f"{files.host_path}/{model.served_name}",
        manifest=delivery_manifest(manifests),
        renamed={str(version): folder_of(version, manifest) for version, manifest in manifests.items()},
        others="keep",
        after=cluster.ready,
    )
    delivered = DeliveredFiles(f"{model.name}-files", delivery)

    def of_track(versions: Sequence[int]) -> ModelFiles:
        served = {version: manifests[version] for version in versions}
        below, there = base_path(model.served_name), model.served_name
        return files_of_claim(
            volume.claim,
            manifest_digest(delivery_manifest(served)),
            # TensorFlow Serving takes the name of the last directory as the version.
            mounts={
                f"{below}/{number}": f"{there}/{folder_of(number, found)}" for number, found in served.items()
            },
            wait_for=(delivered.delivery,),
        )

    return TrackFiles(
        by_track={track: of_track(versions) for track, versions in tracks.items()},
        name=model.name,
        delivery=delivery,
    )


def _on_a_share(
    model: ModelSettings, files: NfsFiles, namespace: Output[str], cluster: ClusterOutputs
) -> TrackFiles:
    volume = ShareVolume(
        f"{model.name}-volume",
        ShareVolumeArgs(
            namespace=namespace,
            server=files.server,
            path=files.path,
            volume=model.storage.volume,
            claim=model.storage.claim,
            size=model.storage.size,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    digest = _digest_of(files.revision)

    def of_track(versions: Sequence[int]) -> ModelFiles:
        mounts = _mounts(model, versions)
        return files_of_claim(
            volume.claim, digest, mounts=mounts or {base_path(model.served_name): WHOLE_VOLUME}
        )

    return _found(model, of_track)


def _in_a_bucket(
    model: ModelSettings,
    files: S3Files,
    namespace: Output[str],
    cluster: ClusterOutputs,
    image: str,
    credentials: S3Credentials | None,
) -> TrackFiles:
    fetched = BucketFiles(
        f"{model.name}-files",
        BucketFilesArgs(
            namespace=namespace,
            secret=f"{model.name}-files",
            target=base_path(model.served_name),
            endpoint=files.endpoint,
            region=files.region,
            bucket=files.bucket,
            prefix=files.prefix,
            digest=files.digest,
            size=model.storage.size,
            image=image,
            user=USER,
            credentials=credentials,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    ).files

    def of_track(versions: Sequence[int]) -> ModelFiles:
        mounts = _mounts(model, versions, folder=model.served_name)
        return replace(fetched, mounts=mounts) if mounts else fetched

    return _found(model, of_track)


def _found(model: ModelSettings, of_track: Callable[[Sequence[int]], ModelFiles]) -> TrackFiles:
    tracks = _versions_by_track(model)
    return TrackFiles(
        by_track={track: of_track(versions) for track, versions in tracks.items()}, name=model.name
    )


def _mounts(model: ModelSettings, versions: Sequence[int], folder: str = "") -> dict[str, str]:
    """Mount paths of the versions, and their subpaths of the volume; empty without explicit versions."""
    below = base_path(model.served_name)
    return {f"{below}/{number}": f"{folder}/{number}".lstrip("/") for number in versions}


def _versions_by_track(model: ModelSettings) -> dict[str, tuple[int, ...]]:
    """The versions that each track serves; empty: the latest version."""
    if model.rollout.tracks:
        return {track.name: (track.version,) for track in model.rollout.tracks}
    return {ONLY_TRACK: tuple(sorted(model.server.versions))}


def _digest_of(revision: str) -> str:
    """A substitute for the digest of files that this program does not read."""
    return hashlib.sha256(revision.encode()).hexdigest()
