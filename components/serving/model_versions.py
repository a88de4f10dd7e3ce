"""The versions of a model: their manifests, and the folder of each on a machine.

Folders are immutable: the name of a folder has the version's number and the digest of its files, and pods
mount it by that name. So an old pod that restarts while a new version is copied, or after the new version has
failed, still has the files of its own version.
"""

from collections.abc import Iterable, Mapping

from components.ssh.files import manifest_digest, manifest_of

# Hexadecimal digits of the digest in a folder's name; they distinguish different files of one version number.
DIGEST_LENGTH = 12


def manifests_of(source: str, versions: Iterable[int]) -> dict[int, str]:
    """The manifest of each version's folder; paths are relative to that folder."""
    return {version: manifest_of(f"{source}/{version}") for version in versions}


def folder_of(version: int, manifest: str) -> str:
    """Name of the version's folder on a machine."""
    return f"{version}-{manifest_digest(manifest)[:DIGEST_LENGTH]}"


def delivery_manifest(manifests: Mapping[int, str]) -> str:
    """The manifest of all versions; paths begin with the version's folder on the machine."""
    lines: list[str] = []
    for version, manifest in sorted(manifests.items()):
        for line in manifest.splitlines():
            digest, mode, path = line.split(maxsplit=2)
            lines.append(f"{digest}  {mode}  {folder_of(version, manifest)}/{path}\n")
    return "".join(lines)
