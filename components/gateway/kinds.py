"""The kinds of the Gateway API, of its standard channel: the ones that Traefik watches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components import versions
from components.crds import definitions_in
from components.release_file import ReleaseFile, read_release_file

GATEWAY_API_FILES = tuple(
    ReleaseFile(
        name=f"{kind} of the Gateway API {versions.GATEWAY_API}",
        source=f"{versions.GATEWAY_API_CRDS_URL}gateway.networking.k8s.io_{kind}.yaml",
        sha256=digest,
    )
    for kind, digest in versions.GATEWAY_API_CRDS_SHA256.items()
)


def gateway_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The kinds of the pinned release, downloaded once and checked by digest."""
    return [
        definition
        for file in GATEWAY_API_FILES
        for definition in definitions_in(read_release_file(file, cache))
    ]
