"""The first `make up` on a computer with empty caches: download, build, and the rest."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from local.paths import LOGS
from local.progress import TIMES
from tests.bench.whole import STACK
from tests.cluster.project import Project, settings_on
from tests.served_downloads import served_downloads

# Steps that fetch packages and go on to build with them count as building.
DOWNLOADS = ("download-", "fetch-", "go")
# A log without this step, the longest of all, is not of a first run.
LONGEST_STEP = "build-kubernetes"


def split(lines: Iterable[str]) -> dict[str, float]:
    """Seconds of work by kind, from a log of steps; of a step that ran more often, its last good run.

    Up to three steps run at once, so the kinds add up to more than passes on the wall.
    """
    done = {
        name: float(seconds) for name, end, seconds in (line.split("\t") for line in lines) if end == "done"
    }
    found = {"download": 0.0, "build": 0.0, "stack": 0.0}
    for name, seconds in done.items():
        found["stack" if name == "up" else "download" if name.startswith(DOWNLOADS) else "build"] += seconds
    return found


def remembered() -> dict[str, float] | None:
    """What this checkout's own first `make up` took, while its log is there."""
    log = LOGS / TIMES
    lines = log.read_text().splitlines() if log.exists() else []
    if not any(line.startswith(f"{LONGEST_STEP}\tdone") for line in lines):
        return None
    return split(lines)


def measure_downloaded(project: Project, folder: Path) -> float:
    """Seconds of a `make up` with an empty cache whose programs are downloaded: from this computer."""
    for name in ("page", "cache"):
        (folder / name).mkdir()
    project.write(STACK, settings_on(project, cluster=STACK, machines="10.89.0", pods="10.248"))
    with served_downloads(folder / "page") as table:
        environment = {
            **project.environment,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "METALML_DOWNLOADS": table,
        }
        began = monotonic()
        subprocess.run(
            ["make", "up", f"STACK={STACK}"],
            cwd=project.folder,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seconds = monotonic() - began
    built = [
        line for line in (project.folder / ".local/log" / TIMES).read_text().splitlines() if "build-" in line
    ]
    assert all(line.startswith("build-pause") for line in built), built
    return seconds


def measure_first(project: Project, caches: Path) -> dict[str, float]:
    """Run `make up` with a home for caches that is empty, and an environment that is not there yet."""
    (project.folder / ".local/venv").unlink()
    environment = {
        **project.environment,
        "XDG_CACHE_HOME": str(caches / "cache"),
        "GOPATH": str(caches / "go"),
        "GOCACHE": str(caches / "go-build"),
        # Else the downloaded sources could not be removed.
        "GOFLAGS": "-modcacherw",
    }
    project.write(STACK, settings_on(project, cluster=STACK, machines="10.89.0", pods="10.248"))
    seconds: dict[str, float] = {}
    for name, command in {
        "environment": ["bash", "local/bootstrap.sh", "host", "true"],
        "command": ["make", "up", f"STACK={STACK}"],
    }.items():
        began = monotonic()
        subprocess.run(command, cwd=project.folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        seconds[name] = monotonic() - began
    log = project.folder / ".local/log" / TIMES
    return {**seconds, **split(log.read_text().splitlines())}
