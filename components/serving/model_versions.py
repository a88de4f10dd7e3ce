"""The versions of a model: which there are, which are served, and where the files of each are on a machine.

The files of a version never change where they are: their directory is named by its number and their digest.
Pods name that directory. So an old pod that starts again while a new version is brought in, or after the new
one was found to be broken, finds the files that it was made for.
"""

from collections.abc import Iterable, Mapping

from components.ssh.files import manifest_digest, manifest_of

# Hexadecimal digits of a digest that tell contents of one version number apart.
DIGEST_LENGTH = 12


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
