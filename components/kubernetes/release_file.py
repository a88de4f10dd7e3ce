"""A file of another project's release, read from a URL or a path and verified by its SHA-256."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30
# Far above any manifest; only keeps a wrong URL from filling the disk.
LARGEST_BYTES = 64 * 1024 * 1024
# Version of the derived content (the CRDs as JSON). Raise it to invalidate what is cached.
DERIVED_FORMAT = 1


class ReleaseFileError(RuntimeError):
    """A release file that cannot be read or downloaded, or whose digest is not the pinned one."""


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """One file of a release."""

    name: str
    """Its name in messages, such as "operator-crds.yaml of Calico 3.32.1"."""
    source: str
    """URL (https://, http://) or path on this computer."""
    sha256: str
    """64 lower-case hexadecimal digits."""

    def __post_init__(self) -> None:
        digest = self.sha256
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"sha256 {digest!r} of {self.name} must be 64 lower-case hexadecimal digits")


def release_cache() -> Path:
    """The cache directory on this computer, shared by all stacks and checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "metalml" / "releases"


def read_release_file(file: ReleaseFile, cache: Path) -> bytes:
    """The file's verified content; a download is cached in `cache`.

    Raises ReleaseFileError for a file that cannot be read or downloaded, or has another digest.
    """
    if urlsplit(file.source).scheme not in ("http", "https"):
        return _verified(file, _read(file, Path(file.source)), file.source)
    cached = cache_path(file, cache)
    if cached.exists():
        return _verified(file, _read(file, cached), str(cached))
    content = _download(file, cached)
    cache_release_file(file, content, cache)
    return content


def cache_path(file: ReleaseFile, cache: Path) -> Path:
    """The cache path of a download; without the internet, the user puts the file there."""
    return cache / f"{file.sha256}-{Path(urlsplit(file.source).path).name}"


def cache_release_file(file: ReleaseFile, content: bytes, cache: Path) -> None:
    """Verify the content and cache it. Raises ReleaseFileError for another digest."""
    _write(_verified(file, content, file.source), cache_path(file, cache))


def cache_content(content: bytes, cache: Path) -> str:
    """Cache content under its SHA-256, which is returned: a script finds the file by it."""
    digest = hashlib.sha256(content).hexdigest()
    path = cache / digest
    if not path.exists():
        _write(content, path)
    return digest


def cache_derived(file: ReleaseFile, content: bytes, cache: Path) -> None:
    """Cache content derived from a release file for `read_derived`."""
    digest = hashlib.sha256(content).hexdigest()
    _write(f"{digest}\n".encode() + content, _derived_path(file, cache))


def read_derived(file: ReleaseFile, cache: Path) -> bytes | None:
    """The cached content derived from a release file; None if it is missing or damaged."""
    try:
        digest, _, content = _derived_path(file, cache).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


def _derived_path(file: ReleaseFile, cache: Path) -> Path:
    return cache / f"{file.sha256}.made-{DERIVED_FORMAT}"


def _write(content: bytes, path: Path) -> None:
    """Atomically: a killed run leaves no partial file."""
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


def _download(file: ReleaseFile, cached: Path) -> bytes:
    try:
        with urllib.request.urlopen(file.source, timeout=TIMEOUT_SECONDS) as response:
            content = response.read(LARGEST_BYTES + 1)
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise ReleaseFileError(
            f"cannot download {file.name} from {file.source}: {reason}. "
            f"Without the internet, put the file at {cached}; its sha256 must be {file.sha256}"
        ) from error
    if len(content) > LARGEST_BYTES:
        raise ReleaseFileError(f"{file.name} from {file.source} is larger than {LARGEST_BYTES} bytes")
    return content
