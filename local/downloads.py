"""Programs that are downloaded instead of built: from which address, and by which digest each file is known.

METALML_DOWNLOADS names another table than `downloads.yaml`, by a path or an address; addresses in a table may
be relative to it. A file is trusted only by its digest, and a program that cannot be had is built.
"""

import hashlib
import os
import platform
import shutil
import tarfile
import tempfile
import threading
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache as once
from http.client import HTTPException
from pathlib import Path
from typing import IO, Annotated
from urllib.parse import urljoin, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from local import cache
from local.errors import Problem
from local.process import stopping
from local.progress import Progress

RELEASED = Path(__file__).with_suffix(".yaml")
CHOSEN = "METALML_DOWNLOADS"
# What the files of the table are for.
MACHINE = "x86_64"
# Seconds without a byte. A network without a way out refuses at once or never answers.
TIMEOUT = 15
# Bytes read at a time.
CHUNK = 1024 * 1024
# What a server or a network does wrong.
_FAILURES = (OSError, HTTPException)


class Download(BaseModel):
    """One file of a release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    module: str
    """The name of the Go module that its programs are built from elsewhere."""
    version: str
    address: Annotated[str, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    listed: str
    """Who lists the digest."""
    programs: Annotated[Mapping[str, str | None], Field(min_length=1)]
    """Name -> path in the archive; None where the file is the program."""


class UnavailableError(Exception):
    """A file that is not to be had, or is another one; the message says why."""


_guard = threading.Lock()
# Hosts that could not be reached, so that nothing waits for the same one twice.
_unreachable: dict[str, str] = {}


def fetch_programs(module: str, version: str, folder: Path, progress: Progress) -> set[str]:
    """Download what the table has of a module into `folder`; the names of the programs that are there now.

    What is not, has to be built: a line says so, and why. Each file is kept once it is verified, so an
    interrupted run does not download it again.
    """
    if platform.machine() != MACHINE:
        return set()
    found: set[str] = set()
    missing: defaultdict[str, list[str]] = defaultdict(list)
    for row in read_table():
        if (row.module, row.version) != (module, version):
            continue
        try:
            entry = _entry(row, progress)
        except UnavailableError as error:
            missing[str(error)] += row.programs
            continue
        for name in row.programs:
            cache.place(entry, name, folder / name)
            found.add(name)
    for reason, names in missing.items():
        progress.say(f"to be built, not downloaded: {', '.join(names)} {version} ({reason})")
    return found


def read_table() -> Sequence[Download]:
    """The rows of the table, with whole addresses."""
    return _read(os.environ.get(CHOSEN) or str(RELEASED))


@once
def _read(where: str) -> Sequence[Download]:
    address = where if urlsplit(where).scheme else Path(where).absolute().as_uri()
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as table:
            rows = TypeAdapter(list[Download]).validate_python(yaml.safe_load(table))
    except (*_FAILURES, yaml.YAMLError) as error:
        raise Problem(f"{CHOSEN}: cannot read the table {where}: {error}") from error
    except ValidationError as error:
        mistakes = [
            f"  {'.'.join(map(str, one['loc'])) or 'the table'}: {one['msg']}" for one in error.errors()
        ]
        raise Problem("\n".join([f"{CHOSEN}: the table {where} cannot be used:", *mistakes])) from error
    return [row.model_copy(update={"address": urljoin(address, row.address)}) for row in rows]


def _entry(row: Download, progress: Progress) -> cache.Entry:
    key = cache.key_of(row.sha256, *(f"{name}={member}" for name, member in sorted(row.programs.items())))
    return cache.find("downloads", key) or cache.build(
        "downloads", key, lambda folder: _fetch(row, folder, progress)
    )


def _fetch(row: Download, folder: Path, progress: Progress) -> None:
    host = urlsplit(row.address).netloc
    with _guard:
        known = _unreachable.get(host)
    if known:
        raise UnavailableError(known)
    try:
        source = urllib.request.urlopen(row.address, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        raise UnavailableError(f"{row.address} answers {error.code} {error.reason}") from error
    except _FAILURES as error:
        reason = f"{host or row.address} cannot be reached: {getattr(error, 'reason', error)}"
        if host:
            with _guard:
                _unreachable[host] = reason
        raise UnavailableError(reason) from error
    with source, tempfile.TemporaryDirectory(dir=folder) as scratch:
        file = Path(scratch) / "file"
        title = f"{', '.join(row.programs)} {row.version}: download"
        with progress.step(f"fetch-{'-'.join(row.programs)}", title):
            failure = _copy(source, file, row)
        if failure:
            raise UnavailableError(failure)
        for name, member in row.programs.items():
            if member is None:
                shutil.copyfile(file, folder / name)
            else:
                _extract(file, member, folder / name)
            (folder / name).chmod(0o755)


def _copy(source: IO[bytes], target: Path, row: Download) -> str:
    """Returns what is wrong with what was copied; nothing, if it is the file of the table."""
    whole, length = hashlib.sha256(), 0
    announced: str | None = getattr(source, "headers", {}).get("Content-Length")
    try:
        with target.open("wb") as file:
            while chunk := source.read(CHUNK):
                if stopping():
                    raise KeyboardInterrupt
                whole.update(chunk)
                length += len(chunk)
                file.write(chunk)
    except _FAILURES as error:
        return f"{row.address} ended after {length} bytes: {error}"
    if announced and length < int(announced):
        return f"{row.address} ended after {length} of {announced} bytes"
    if (digest := whole.hexdigest()) != row.sha256:
        return f"error: {row.address} is not the file of the table: its sha256 is {digest}, not {row.sha256}"
    return ""


def _extract(archive: Path, member: str, target: Path) -> None:
    try:
        with tarfile.open(archive) as files:
            source = files.extractfile(member)
            if source is None:
                raise UnavailableError(f"{member} in the archive is not a file")
            with target.open("wb") as file:
                shutil.copyfileobj(source, file)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise UnavailableError(f"the archive does not have {member}: {error}") from error
