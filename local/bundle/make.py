"""Puts the bundle together in `.local/bundle`, with the MANIFEST that says what is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from local import cache
from local.paths import BUNDLE

MANIFEST = "MANIFEST"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Files of one cache entry, and the folder of the bundle they go to."""

    folder: str
    entry: cache.Entry
    names: tuple[str, ...]


def make_bundle(parts: Sequence[Part]) -> None:
    """Place all files, take away what is no longer part of it, and write the MANIFEST last."""
    lines: dict[str, str] = {}
    for part in parts:
        for name in part.names:
            path = f"{part.folder}/{name}"
            cache.place(part.entry, name, BUNDLE / path)
            mode = "0755" if part.entry.path(name).stat().st_mode & 0o111 else "0644"
            lines[path] = f"{part.entry.digests[name]}  {mode}  {path}\n"
    for left in BUNDLE.rglob("*"):
        if left.is_file() and str(left.relative_to(BUNDLE)) not in {*lines, MANIFEST}:
            left.unlink()
    manifest = "".join(line for _, line in sorted(lines.items()))
    path = BUNDLE / MANIFEST
    if not path.exists() or path.read_text() != manifest:
        path.write_text(manifest)
