"""Files of releases, taken out of their Go modules where their repositories cannot be reached.

A module is what its repository holds at the version's tag, byte for byte. So a file that the program names by
its address in the repository is in the module too, and the digest that the program pins holds for both.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from components import versions
from components.kubernetes.release_file import ReleaseFile, cache_path, cache_release_file, release_cache
from local.golang import find_go
from local.process import must
from local.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Source:
    """A Go module whose root is what an address begins with."""

    module: str
    version: str


# What the addresses of a repository's files at a version begin with -> the module that holds the same files.
SOURCES: dict[str, Source] = {
    versions.GATEWAY_API_FILES_URL: Source(
        module="sigs.k8s.io/gateway-api", version=f"v{versions.GATEWAY_API}"
    ),
    versions.PROMETHEUS_OPERATOR_FILES_URL: Source(
        module="github.com/prometheus-operator/prometheus-operator",
        version=f"v{versions.PROMETHEUS_OPERATOR}",
    ),
    versions.KUEUE_FILES_URL: Source(module="sigs.k8s.io/kueue", version=f"v{versions.KUEUE}"),
    versions.VPA_FILES_URL: Source(
        module="k8s.io/autoscaler/vertical-pod-autoscaler", version=f"v{versions.VERTICAL_POD_AUTOSCALER}"
    ),
}


def place_release_files(files: Iterable[ReleaseFile], progress: Progress) -> None:
    """Put each file that a module has where the program keeps its downloads. The program does the others."""
    for file in files:
        beginning = next((known for known in SOURCES if file.source.startswith(known)), None)
        if beginning is None or cache_path(file, release_cache()).exists():
            continue
        path = _module_folder(SOURCES[beginning], progress) / file.source.removeprefix(beginning)
        cache_release_file(file, path.read_bytes(), release_cache())


def _module_folder(source: Source, progress: Progress) -> Path:
    """Where the module's files are after its download; the Go proxy is the computer's own."""
    module = f"{source.module}@{source.version}"
    return Path(json.loads(must([find_go(progress), "mod", "download", "-json", module]))["Dir"])
