"""The first `make up` on a computer with empty caches: download, build, and the rest."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from local.progress import TIMES
from tests.bench.whole import STACK
from tests.cluster.project import Project, dev_settings_on

# Steps that fetch and build in one go: most of their time is the installation of what they fetch.
DOWNLOADS = ("download-", "go")


def split(lines: Iterable[str]) -> dict[str, float]:
    """Seconds of work by kind, from a log of steps.

    Up to three steps run at once, so the kinds add up to more than passes on the wall.
    """
    found = {"download": 0.0, "build": 0.0, "stack": 0.0}
    for line in lines:
        name, _, seconds = line.split("\t")
        kind = "stack" if name == "up" else "download" if name.startswith(DOWNLOADS) else "build"
        found[kind] += float(seconds)
    return found


def measure_first(project: Project, caches: Path) -> dict[str, float]:
    """Run `make up` with a home for caches that is empty, and an environment that is not there yet."""
    (project.folder / ".local/venv").unlink()
    environment = {
        **project.environment,
        "XDG_CACHE_HOME": str(caches / "cache"),
        "GOPATH": str(caches / "go"),
        "GOCACHE": str(caches / "go-build"),
        "GOFLAGS": "-modcacherw",
    }
    environment.pop("VIRTUAL_ENV", None)
    project.write(STACK, dev_settings_on(project, cluster=STACK, machines="10.89.0", pods="10.248"))
    seconds: dict[str, float] = {}
    for name, command in {
        "environment": ["bash", "local/bootstrap.sh", "host", "true"],
        "command": ["make", "up", f"STACK={STACK}"],
    }.items():
        began = monotonic()
        subprocess.run(command, cwd=project.folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        seconds[name] = monotonic() - began
    log = project.folder / ".local/log" / TIMES
    return {**seconds, **split(log.read_text().splitlines()), "cpus": float(os.cpu_count() or 0)}
