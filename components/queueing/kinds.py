"""The kinds of Kueue."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components import versions
from components.crds import definitions_in
from components.release_file import ReleaseFile, read_release_file

KUEUE_FILES = tuple(
    ReleaseFile(
        name=f"{kind} of Kueue {versions.KUEUE}",
        source=f"{versions.KUEUE_CRDS_URL}kueue.x-k8s.io_{kind}.yaml",
        sha256=digest,
    )
    for kind, digest in versions.KUEUE_CRDS_SHA256.items()
)


def kueue_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The kinds of the pinned release, downloaded once and checked by digest, each in its newest version.

    The older one could be asked for only through a webhook that translates, and nothing here has ever used
    it. It is half of a megabyte of schemas.
    """
    return [
        _newest_only(definition)
        for file in KUEUE_FILES
        for definition in definitions_in(read_release_file(file, cache))
    ]


def _newest_only(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = definition["spec"]
    stored = [version for version in spec["versions"] if version["storage"]]
    return {**definition, "spec": {**spec, "versions": stored}}
