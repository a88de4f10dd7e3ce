"""Keeps what is expensive to build, by the digest of what it is built from.

An entry is a folder with files and `entry.json`, which holds their digests. It is built in a folder beside it
and renamed when complete, so an interrupted build leaves no half entry. Content that no longer has its digest
is built anew.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.paths import cache_root

RECORD = "entry.json"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A complete, checked entry."""

    directory: Path
    digests: dict[str, str]

    @property
    def digest(self) -> str:
        """One digest over the names and digests of all files."""
        return key_of(*(f"{digest} {name}" for name, digest in sorted(self.digests.items())))

    def path(self, name: str) -> Path:
        """The file of this name."""
        return self.directory / name


def key_of(*parts: str | Path) -> str:
    """The digest of texts and of files' contents, in this order."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        # The length keeps ("ab", "c") and ("a", "bc") apart.
        whole.update(f"{len(content)}:".encode() + content)
    return whole.hexdigest()


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(kind: str, key: str) -> Entry | None:
    """The entry, when it is there and its files still have their digests."""
    directory = _directory(kind, key)
    try:
        record: dict[str, dict[str, int | str]] = json.loads((directory / RECORD).read_text())
    except (OSError, ValueError):
        return None
    touched = False
    for name, known in record.items():
        path = directory / name
        try:
            stat = path.stat()
        except OSError:
            return None
        if (stat.st_size, stat.st_mtime_ns) == (known["size"], known["mtime"]):
            continue
        if file_digest(path) != known["sha256"]:
            return None
        known["mtime"], touched = stat.st_mtime_ns, True
    if touched:
        _write_record(directory, record)
    return Entry(directory=directory, digests={name: str(known["sha256"]) for name, known in record.items()})


def build(kind: str, key: str, make: Callable[[Path], None]) -> Entry:
    """Fill an entry by `make`, which gets an empty folder, and return it.

    Two checkouts that want the same entry at the same time build it once: the second waits, then finds it.
    """
    with alone(kind, key):
        entry = find(kind, key)
        if entry:
            return entry
        directory = _directory(kind, key)
        for left in directory.parent.glob(f"{directory.name}.building-*"):
            shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f"{directory.name}.building-", dir=directory.parent))
        try:
            make(work)
            work.chmod(0o755)
            _write_record(work, {str(path.relative_to(work)): _record(path) for path in sorted(_files(work))})
            shutil.rmtree(directory, ignore_errors=True)
            work.rename(directory)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    entry = find(kind, key)
    assert entry, f"{directory} was made just now"
    return entry


def place(entry: Entry, name: str, target: Path) -> None:
    """Put an entry's file at `target`, by a hard link where that works, else by a copy."""
    source = entry.path(name)
    if target.exists():
        there, wanted = target.stat(), source.stat()
        if (there.st_size, there.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        os.link(source, fresh)
    except OSError:
        shutil.copy2(source, fresh)
    fresh.rename(target)


def _directory(kind: str, key: str) -> Path:
    # Sixteen digits are enough to tell entries apart and short enough to read.
    return cache_root() / kind / key[:16]


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())


def _record(path: Path) -> dict[str, int | str]:
    stat = path.stat()
    return {"sha256": file_digest(path), "size": stat.st_size, "mtime": stat.st_mtime_ns}


def _write_record(directory: Path, record: dict[str, dict[str, int | str]]) -> None:
    fresh = directory / (RECORD + ".new")
    fresh.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    fresh.rename(directory / RECORD)


@contextmanager
def alone(kind: str, key: str) -> Iterator[None]:
    """Nobody else on this computer makes what belongs to the key meanwhile."""
    lock = _directory(kind, key).with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
