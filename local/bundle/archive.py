"""Writes container images as a docker-archive, byte for byte the same from the same files."""

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image of one layer: a reference, files by their path in the image, links, and how it starts."""

    reference: str
    files: dict[str, Path]
    links: dict[str, str]
    entrypoint: tuple[str, ...]
    # Empty is root: what these images run needs it, or a pod's security context says another user.
    user: str = ""


def write(images: Sequence[Image], target: Path) -> None:
    """Write all images into one archive."""
    described: list[dict[str, object]] = []
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for image in images:
            with tempfile.TemporaryFile(dir=target.parent) as layer:
                _write_layer(image, layer)
                layer.seek(0)
                digest = hashlib.file_digest(layer, "sha256").hexdigest()
                size = layer.tell()
                layer.seek(0)
                _add(archive, f"{digest}.tar", layer, size)
            config = json.dumps(_config(image, digest), sort_keys=True).encode()
            config_name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(archive, config_name, io.BytesIO(config), len(config))
            described.append(
                {"Config": config_name, "RepoTags": [image.reference], "Layers": [f"{digest}.tar"]}
            )
        manifest = json.dumps(described, sort_keys=True).encode()
        _add(archive, "manifest.json", io.BytesIO(manifest), len(manifest))


def _config(image: Image, layer_digest: str) -> dict[str, object]:
    return {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {"Entrypoint": list(image.entrypoint), "Env": [PATH], "User": image.user},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
    }


def _write_layer(image: Image, out: IO[bytes]) -> None:
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as layer:
        for directory in _directories([*image.files, *image.links]):
            _add_entry(layer, directory, tarfile.DIRTYPE, 0o755)
        for name, link in sorted(image.links.items()):
            _add_entry(layer, name, tarfile.SYMTYPE, 0o777, link)
        for name, source in sorted(image.files.items()):
            info = _entry(name, tarfile.REGTYPE, 0o755 if source.stat().st_mode & 0o111 else 0o644)
            info.size = source.stat().st_size
            with open(source, "rb") as file:
                layer.addfile(info, file)


def _directories(names: Sequence[str]) -> list[str]:
    """Every folder above these paths, the outer ones first."""
    found = {str(parent) for name in names for parent in PurePosixPath(name.lstrip("/")).parents}
    return sorted(found - {"."})


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    # Owner root and time zero, as TarInfo is made: no trace of when and where this was written.
    info = tarfile.TarInfo(name.lstrip("/"))
    info.type, info.mode = kind, mode
    return info


def _add_entry(layer: tarfile.TarFile, name: str, kind: bytes, mode: int, link: str = "") -> None:
    info = _entry(name, kind, mode)
    info.linkname = link
    layer.addfile(info)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    info = _entry(name, tarfile.REGTYPE, 0o644)
    info.size = size
    archive.addfile(info, content)
