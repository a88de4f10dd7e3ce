"""Builds `pause`, the process that holds a pod's namespaces, from the C source in the Kubernetes module."""

import json
from pathlib import Path

from components.versions import PAUSE
from local import cache
from local.bundle.modules import KUBERNETES
from local.errors import Problem
from local.golang import find_go
from local.process import output, run
from local.progress import Progress

# As build/pause/Makefile says, and without a build id: it would differ by the folder.
FLAGS = ("-Os", "-Wall", "-Werror", "-static", "-s", "-Wl,--build-id=none", f"-DVERSION=v{PAUSE}")


def build_pause(progress: Progress) -> cache.Entry:
    """The cache entry with the one program `pause`."""
    key = cache.key_of(KUBERNETES.directory / "go.sum", output(["gcc", "-dumpfullversion"]), *FLAGS)
    entry = cache.find("pause", key)
    if entry:
        return entry
    with progress.step("build-pause", f"pause {PAUSE}") as step:
        go = find_go(progress)
        # Downloads the module when Go's own cache has lost it; its digest is in go.sum.
        told = output([go, "-C", KUBERNETES.directory, "mod", "download", "-json", "k8s.io/kubernetes"])
        if not told:
            raise Problem("the module k8s.io/kubernetes cannot be downloaded")
        source = Path(json.loads(told)["Dir"]) / "build" / "pause" / "linux" / "pause.c"
        return cache.build(
            "pause", key, lambda target: run(step, ["gcc", *FLAGS, "-o", target / "pause", source])
        )
