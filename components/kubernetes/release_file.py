"""A file of somebody else's release: named by its address or path, trusted only by its digest."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30
# Far above any manifest; it only keeps a wrong address from filling the disk.
LARGEST_BYTES = 64 * 1024 * 1024
# Raise it when what is made of files changes: what was kept is then made anew.
MADE_FORMAT = 1


class ReleaseFileError(RuntimeError):
    """A release file that could not be had, or is not the one that was pinned."""


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """One file of a release."""

    name: str
    """What people call it, for messages: such as "operator-crds.yaml of Calico 3.32.1"."""
    source: str
    """Its address (https://, http://) or its path on this computer."""
    sha256: str

    def __post_init__(self) -> None:
        digest = self.sha256
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"sha256 {digest!r} of {self.name} must be 64 lower-case hexadecimal digits")


def release_cache() -> Path:
    """Where downloads are kept on this computer, for every stack and checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "metalml" / "releases"


def read_release_file(file: ReleaseFile, cache: Path) -> bytes:
    """Return the file's content after its digest has been verified; downloads are kept under `cache`."""
    if urlsplit(file.source).scheme not in ("http", "https"):
        return _verified(file, _read(file, Path(file.source)), file.source)
    kept = kept_at(file, cache)
    if kept.exists():
        return _verified(file, _read(file, kept), str(kept))
    content = _download(file, kept)
    keep_release_file(file, content, cache)
    return content


def kept_at(file: ReleaseFile, cache: Path) -> Path:
    """Where a downloaded file is kept; whoever has it by other means may put it there."""
    return cache / f"{file.sha256}-{Path(urlsplit(file.source).path).name}"


def keep_release_file(file: ReleaseFile, content: bytes, cache: Path) -> None:
    """Verify the content and keep it."""
    _keep(_verified(file, content, file.source), kept_at(file, cache))


def keep_content(content: bytes, cache: Path) -> str:
    """Keep what was made of release files under its digest, and return that: a script finds it by it."""
    digest = hashlib.sha256(content).hexdigest()
    path = cache / digest
    if not path.exists():
        _keep(content, path)
    return digest


def keep_made(file: ReleaseFile, content: bytes, cache: Path) -> None:
    """Keep what was made of one release file for `read_made`."""
    digest = hashlib.sha256(content).hexdigest()
    _keep(f"{digest}\n".encode() + content, _made_of(file, cache))


def read_made(file: ReleaseFile, cache: Path) -> bytes | None:
    """What was made of a release file before; None where nothing was, or it is damaged."""
    try:
        digest, _, content = _made_of(file, cache).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


def _made_of(file: ReleaseFile, cache: Path) -> Path:
    return cache / f"{file.sha256}.made-{MADE_FORMAT}"


def _keep(content: bytes, path: Path) -> None:
    """In one step: a run that is killed leaves no half file behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        stream.write(content)
    Path(stream.name).replace(path)


def _verified(file: ReleaseFile, content: bytes, where: str) -> bytes:
    got = hashlib.sha256(content).hexdigest()
    if got != file.sha256:
        raise ReleaseFileError(
            f"{file.name} from {where} is not the file that was pinned: "
            f"expected sha256 {file.sha256}, got {got}"
        )
    return content


def _read(file: ReleaseFile, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseFileError(f"cannot read {file.name} at {path}: {error.strerror}") from error


def _download(file: ReleaseFile, kept: Path) -> bytes:
    try:
        with urllib.request.urlopen(file.source, timeout=TIMEOUT_SECONDS) as response:
            content = response.read(LARGEST_BYTES + 1)
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise ReleaseFileError(
            f"cannot download {file.name} from {file.source}: {reason}. "
            f"Without the internet, put the file at {kept}; its sha256 must be {file.sha256}"
        ) from error
    if len(content) > LARGEST_BYTES:
        raise ReleaseFileError(f"{file.name} from {file.source} is larger than {LARGEST_BYTES} bytes")
    return content
