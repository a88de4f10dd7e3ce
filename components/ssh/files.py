"""Copies files of this computer to a machine, identified and verified by their SHA-256."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pulumi

from components.ssh.connection import Connection
from components.ssh.host import Host


def manifest_of(folder: str) -> str:
    """The manifest of `folder`: one line per file with SHA-256, mode and relative path, sorted by path.

    Raises FileNotFoundError for a folder that does not exist or contains no files.
    """
    root = Path(folder).expanduser()
    files = sorted(path for path in root.rglob("*") if path.is_file())
    if not files:
        raise FileNotFoundError(f"{folder} does not exist or contains no files")
    return "".join(f"{_digest(path)}  0644  {path.relative_to(root).as_posix()}\n" for path in files)


def select(manifest: str, wanted: Callable[[str], bool]) -> str:
    """The lines of a manifest whose path satisfies `wanted`."""
    return "".join(f"{line}\n" for line in manifest.splitlines() if wanted(line.split(maxsplit=2)[2]))


def manifest_digest(manifest: str) -> str:
    """The SHA-256 of a manifest, which changes with any of its files."""
    return hashlib.sha256(manifest.encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, kw_only=True)
class DeliveredFilesArgs:
    """The files, and their source and target folders."""

    machine: Connection
    source: str
    """Folder on this computer."""
    target: str
    """Folder on the machine."""
    manifest: str
    """As `manifest_of` writes it, with paths relative to the target."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Top-level folders with another name on the machine: name in the source to name in the target."""
    others: Literal["remove", "keep"] = "remove"
    """Whether files in the target that are not in the manifest are removed."""
    at_end: Literal["remove", "keep"] = "remove"
    """Whether the target is removed on destroy."""
    after: tuple[pulumi.Resource, ...] = ()


class DeliveredFiles(pulumi.ComponentResource):
    """A folder on a machine with the files of a manifest."""

    delivery: pulumi.Resource

    def __init__(
        self, name: str, args: DeliveredFilesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("metalml:files:DeliveredFiles", name, None, opts)
        renamed = [f"{here}={there}" for here, there in sorted(args.renamed.items())]
        keep = ["--keep"] if args.others == "keep" else []
        self.delivery = Host(connection=args.machine, parent=self, after=args.after).run(
            name,
            " ".join(["deliver.sh", *keep, args.source, args.target, *renamed]),
            payload=args.manifest,
            delete=f"deliver.sh --remove {args.target}" if args.at_end == "remove" else None,
        )
        self.register_outputs({})
