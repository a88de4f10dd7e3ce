"""The versions of a model: which there are, which are served, and where the files of each are on a machine.

The files of a version never change where they are: their directory is named by its number and their digest.
Pods name that directory. So an old pod that starts again while a new version is brought in, or after the new
one was found to be broken, finds the files that it was made for.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from components.files import manifest_digest, manifest_of

VERSION = re.compile(r"0|[1-9][0-9]*")
SAVED_MODEL = "saved_model.pb"
# Hexadecimal digits of a digest that tell contents of one version number apart.
DIGEST_LENGTH = 12


def versions_in(source: Path) -> tuple[int, ...]:
    """The numbers of the folders of `source` that hold a SavedModel, lowest first; none for no folder."""
    try:
        found = [folder.name for folder in source.iterdir() if (folder / SAVED_MODEL).is_file()]
    except OSError:
        return ()
    return tuple(sorted(int(name) for name in found if VERSION.fullmatch(name)))


def manifests_of(source: str, versions: Iterable[int]) -> dict[int, str]:
    """A manifest of each version's folder, paths below that folder."""
    return {version: manifest_of(f"{source}/{version}") for version in versions}


def folder_of(version: int, manifest: str) -> str:
    """Name of the version's folder on a machine."""
    return f"{version}-{manifest_digest(manifest)[:DIGEST_LENGTH]}"


def delivery_manifest(manifests: Mapping[int, str]) -> str:
    """One manifest of all versions, each below its folder on the machine."""
    lines: list[str] = []
    for version, manifest in sorted(manifests.items()):
        for line in manifest.splitlines():
            digest, mode, path = line.split(maxsplit=2)
            lines.append(f"{digest}  {mode}  {folder_of(version, manifest)}/{path}\n")
    return "".join(lines)
