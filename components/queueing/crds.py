"""CustomResourceDefinitions of Kueue."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components import versions
from components.kubernetes.crds import crd_files, read_definitions
from components.queueing.api import GROUP

RELEASE = f"Kueue {versions.KUEUE}"
KUEUE_FILES = crd_files(RELEASE, f"{versions.KUEUE_CRDS_URL}{GROUP}_", versions.KUEUE_CRDS_SHA256)
# Kueue creates a Workload per Job; the garbage collector deletes it shortly after its Job.
INTERNAL = (f"workloads.{GROUP}",)


def kueue_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The CRDs of the pinned release, with their storage version only.

    The older version would need a conversion webhook, and no release of metalml has used it. Its schemas are
    half a megabyte.
    """
    return [_storage_version_only(definition) for definition in read_definitions(KUEUE_FILES, cache)]


def _storage_version_only(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = definition["spec"]
    stored = [version for version in spec["versions"] if version["storage"]]
    return {**definition, "spec": {**spec, "versions": stored}}
