"""`python -m tests.bench`: how long it takes, measured side by side; `.local/log/bench.json` has it too.

With COLD in the environment the first `make up` is measured as well: everything is downloaded and built anew.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local import cache
from local.paths import LOGS
from local.process import output
from local.progress import Progress
from tests.bench.first import measure_downloaded, measure_first, remembered
from tests.bench.objects import measure_objects
from tests.bench.preparation import preparation
from tests.bench.report import report
from tests.bench.whole import STACK, measure_ready, measure_unchanged
from tests.cluster.project import Project

PARTS = ("ready", "unchanged", "preparation", "objects", "downloaded")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--machines", type=int, nargs="+", default=[1, 5, 10])
    chosen = parser.parse_args()
    # A polite kill ends as Ctrl-C does: with everything that was made taken away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress()
    results: dict[str, Any] = {"host": _host()}
    try:
        with _project() as project:
            _measure(project, chosen, progress, results)
        if "downloaded" in chosen.parts:
            with _project() as project, TemporaryDirectory(prefix="metalml-downloaded-") as folder:
                results["downloaded"] = measure_downloaded(project, Path(folder))
        if os.environ.get("COLD"):
            with _project() as project, TemporaryDirectory(prefix="metalml-cold-") as caches:
                results["first"] = measure_first(project, Path(caches))
        elif found := remembered():
            results["first"] = found
    except KeyboardInterrupt:
        progress.say("stopped; what was made for it is gone")
        return 130
    finally:
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / "bench.json").write_text(json.dumps(results, indent=1) + "\n")
        # Also after a failure: what was measured before it took its time.
        progress.say("\n" + report(results))
    return 0


def _measure(
    project: Project, chosen: argparse.Namespace, progress: Progress, results: dict[str, Any]
) -> None:
    if "ready" in chosen.parts:
        results["ready"] = measure_ready(project, chosen.rounds, progress.say)
    if "unchanged" in chosen.parts:
        results["unchanged"] = measure_unchanged(project, chosen.rounds, progress.say)
    if {"ready", "unchanged"}.intersection(chosen.parts):
        project.must("down", STACK)
    if "objects" in chosen.parts:
        with TemporaryDirectory(prefix="metalml-objects-") as folder:
            results["objects"] = measure_objects(Path(folder), chosen.rounds, progress.say)
    if "preparation" in chosen.parts:
        with preparation(max(chosen.machines), project, progress) as machines:
            results["preparation"] = {
                str(count): machines.rounds(count, chosen.rounds, progress.say) for count in chosen.machines
            }


@contextmanager
def _project() -> Iterator[Project]:
    """A checkout beside the caches (hard links need the same filesystem), brought down at the end."""
    cache.cache_root().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=cache.cache_root(), ignore_cleanup_errors=True) as folder:
        project = Project(Path(folder))
        # Where preflights note the machines they know: not among the user's own.
        os.environ["XDG_STATE_HOME"] = project.environment["XDG_STATE_HOME"]
        try:
            yield project
        finally:
            if (project.folder / f"Pulumi.{STACK}.yaml").exists():
                project.must("down", STACK)


def _host() -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": output(["git", "describe", "--always", "--dirty"]),
        "cpus": os.cpu_count(),
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    sys.exit(main())
