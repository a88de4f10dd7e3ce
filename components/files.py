"""Files of the operator's computer on a machine: named by digest, checked by digest."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.bootstrap.operator import operator_command
from components.machines.machine import Connection


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
    """Folder of the machine; files in it that the manifest does not name are removed."""
    manifest: str
    after: tuple[pulumi.Resource, ...] = ()


class DeliveredFiles(pulumi.ComponentResource):
    """A folder of a machine that holds exactly the files of a manifest; removed with the resource."""

    delivery: pulumi.Resource

    def __init__(
        self, name: str, args: DeliveredFilesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("metalml:files:DeliveredFiles", name, None, opts)
        self.delivery = operator_command(
            name,
            f"deliver.sh {args.source} {args.target}",
            args.machine,
            parent=self,
            payload=args.manifest,
            delete=f"deliver.sh --remove {args.target}",
            after=args.after,
        )
        self.register_outputs({})
