"""Files of the operator's computer on a machine: named by digest, checked by digest."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pulumi

from components.ssh.connection import Connection
from components.ssh.host import Host


def manifest_of(folder: str) -> str:
    """One line for each file below `folder`: SHA-256, mode, path relative to it; sorted by path.

    Raises FileNotFoundError for a folder that does not exist or holds no file.
    """
    root = Path(folder).expanduser()
    files = sorted(path for path in root.rglob("*") if path.is_file())
    if not files:
        raise FileNotFoundError(f"{folder} holds no files to deliver")
    return "".join(f"{_digest(path)}  0644  {path.relative_to(root).as_posix()}\n" for path in files)


def select(manifest: str, wanted: Callable[[str], bool]) -> str:
    """The lines of a manifest whose path is wanted."""
    return "".join(f"{line}\n" for line in manifest.splitlines() if wanted(line.split(maxsplit=2)[2]))


def manifest_digest(manifest: str) -> str:
    """One digest that stands for all files of a manifest."""
    return hashlib.sha256(manifest.encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, kw_only=True)
class DeliveredFilesArgs:
    """Which files go where."""

    machine: Connection
    source: str
    """Folder of the operator's computer."""
    target: str
    """Folder of the machine."""
    manifest: str
    """Paths as they are below the target."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Folders right below the source that have another name on the machine: theirs by the source's."""
    others: Literal["remove", "keep"] = "remove"
    """What happens to files of the target that the manifest does not name."""
    at_end: Literal["remove", "keep"] = "remove"
    """What happens to the target when the resource goes."""
    after: tuple[pulumi.Resource, ...] = ()


class DeliveredFiles(pulumi.ComponentResource):
    """A folder of a machine that holds the files of a manifest."""

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
