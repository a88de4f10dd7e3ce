"""A model's files in a pod: what each kind of storage, storage_<kind>.py, provides to the model server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input, Resource
from pulumi_kubernetes.core.v1 import ContainerArgs, PersistentVolumeClaimVolumeSourceArgs, VolumeArgs

from components.kubernetes.network_policy import Allow
from components.serving.tensorflow_serving import MODELS_DIRECTORY

# The name of the pod's volume with the files.
MODELS_VOLUME = "models"
WHOLE_VOLUME = ""


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """One model's files, as parts of a pod spec."""

    volume: VolumeArgs
    """The volume named MODELS_VOLUME; the server mounts it read-only."""
    digest: Input[str]
    """Digest of all files of the model: a changed digest triggers a rollout."""
    mounts: Mapping[str, str] = field(default_factory=lambda: {MODELS_DIRECTORY: WHOLE_VOLUME})
    """Subpaths of the volume by mount path: `/models/<served_name>/<version>/` must contain the SavedModel of
    each served version, and of no other."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations of the pod, for the init containers."""
    init_containers: Sequence[ContainerArgs] = ()
    """Containers that download the files into the volume before the server starts."""
    extra_volumes: Sequence[VolumeArgs] = ()
    """More volumes, for the init containers only."""
    egress: Sequence[Allow] = ()
    """Egress rules for the init containers. The server itself needs no egress."""
    wait_for: Sequence[Resource] = ()
    """Dependencies of the Deployment. A component's own depends_on does not apply to its children."""


def files_of_claim(
    claim: Input[str],
    digest: Input[str],
    *,
    mounts: Mapping[str, str] | None = None,
    wait_for: Sequence[Resource] = (),
) -> ModelFiles:
    """Files on the volume of a PersistentVolumeClaim, mounted in place."""
    return ModelFiles(
        volume=VolumeArgs(
            name=MODELS_VOLUME,
            persistent_volume_claim=PersistentVolumeClaimVolumeSourceArgs(claim_name=claim, read_only=True),
        ),
        digest=digest,
        mounts=mounts or {MODELS_DIRECTORY: WHOLE_VOLUME},
        wait_for=wait_for,
    )
