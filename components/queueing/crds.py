"""The kinds of Kueue."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components import versions
from components.kubernetes.crds import crd_files, read_definitions
from components.queueing.api import GROUP

RELEASE = f"Kueue {versions.KUEUE}"
KUEUE_FILES = crd_files(RELEASE, f"{versions.KUEUE_CRDS_URL}{GROUP}_", versions.KUEUE_CRDS_SHA256)
# It makes one for each Job, and they go with their Jobs a moment later.
INTERNAL = (f"workloads.{GROUP}",)


def kueue_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The kinds of the pinned release, each in its newest version.

    The older one could be asked for only through a webhook that translates, and nothing here has ever used
    it. It is half of a megabyte of schemas.
    """
    return [_newest_only(definition) for definition in read_definitions(KUEUE_FILES, cache)]


def _newest_only(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = definition["spec"]
    stored = [version for version in spec["versions"] if version["storage"]]
    return {**definition, "spec": {**spec, "versions": stored}}
