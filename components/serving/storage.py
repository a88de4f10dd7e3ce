"""How a model's files come into a pod: what each source, storage_<kind>.py, gives to whoever serves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input, Resource
from pulumi_kubernetes.core.v1 import ContainerArgs, PersistentVolumeClaimVolumeSourceArgs, VolumeArgs

from components.kubernetes.network_policy import Allow
from components.serving.tensorflow_serving import MODELS_DIRECTORY

# The name by which containers of the pod mount the files.
MODELS_VOLUME = "models"
WHOLE_VOLUME = ""


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """One model's files, ready to be put into pods."""

    volume: VolumeArgs
    """Has the name MODELS_VOLUME. The server never writes to it."""
    digest: Input[str]
    """Stands for all files of the model: other files roll the pods, the same files do not."""
    mounts: Mapping[str, str] = field(default_factory=lambda: {MODELS_DIRECTORY: WHOLE_VOLUME})
    """Folders of the volume by where they are mounted: `/models/<served_name>/<version>/` has to hold the
    SavedModel of each version that is served, and of no other."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Of the pod, for the init containers."""
    init_containers: Sequence[ContainerArgs] = ()
    """What brings the files into the volume before the server starts."""
    more_volumes: Sequence[VolumeArgs] = ()
    """What the init containers mount besides."""
    egress: Sequence[Allow] = ()
    """Whom the init containers talk to. A server that only reads files needs no network."""
    wait_for: Sequence[Resource] = ()
    """What must be there before the first pod. A component's own depends_on does not reach its children."""


def files_of_claim(
    claim: Input[str],
    digest: Input[str],
    *,
    mounts: Mapping[str, str] | None = None,
    wait_for: Sequence[Resource] = (),
) -> ModelFiles:
    """Files that stay where they are, on the volume that a claim has bound."""
    return ModelFiles(
        volume=VolumeArgs(
            name=MODELS_VOLUME,
            persistent_volume_claim=PersistentVolumeClaimVolumeSourceArgs(claim_name=claim, read_only=True),
        ),
        digest=digest,
        mounts=mounts or {MODELS_DIRECTORY: WHOLE_VOLUME},
        wait_for=wait_for,
    )
