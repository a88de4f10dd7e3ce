"""CustomResourceDefinitions of the Gateway API's standard channel that Traefik watches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components import versions
from components.kubernetes.crds import crd_files, read_definitions

RELEASE = f"the Gateway API {versions.GATEWAY_API}"
GATEWAY_API_FILES = crd_files(
    RELEASE,
    f"{versions.GATEWAY_API_CRDS_URL}gateway.networking.k8s.io_",
    versions.GATEWAY_API_CRDS_SHA256,
)


def gateway_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The CRDs of the pinned release, downloaded once and verified by digest."""
    return read_definitions(GATEWAY_API_FILES, cache)
