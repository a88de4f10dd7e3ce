"""The Kubernetes objects of the whole program with every feature on."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components.kubernetes.service_certificate import SCRIPT
from local.golang import find_go
from local.paths import REPOSITORY, cache_root
from local.process import output
from local.progress import Progress
from local.releases import place_release_files
from settings import Settings, parse
from stacks import pod_network, program
from stacks.releases import releases_of
from tests.api.calico_kinds import calico_kinds
from tests.api.conftest import rendering
from tests.unit.settings.given import project, read
from tests.unit.stacks.test_pod_network import FACTS

SETTINGS = "tests/api/everything.yaml"
# The Command that reads how to reach the cluster.
KUBECONFIG = "control-1-kubeconfig"
# What has a certificate that the operator's computer makes.
WITH_CERTIFICATES = (
    "metrics-server",
    "prometheus-adapter",
    "vpa",
    "elasticsearch",
    "elasticsearch-nodes",
    "kibana",
    "kueue",
)


def render_everything(folder: Path) -> Sequence[Mapping[str, Any]]:
    """Every object, in the program's order. `folder` is empty; what the settings name is made in it."""
    with everything(folder) as (build, outputs), rendering() as render:
        return render(build, {name: {"stdout": text} for name, text in outputs.items()})


@contextmanager
def everything(folder: Path) -> Iterator[tuple[Callable[[], None], Mapping[str, str]]]:
    """The program with every feature on, and what Commands print that it goes on with, by their names."""
    with read_settings(folder, SETTINGS) as (settings, outputs):
        yield partial(program.build, settings), outputs


@contextmanager
def read_settings(folder: Path, file: str) -> Iterator[tuple[Settings, Mapping[str, str]]]:
    """The settings of a file, what they name made in `folder`, and what Commands print, by their names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project(folder))
        # The machines' keys are those of the folder; what was downloaded is not.
        patch.setenv("XDG_CACHE_HOME", str(cache_root().parent))
        patch.setenv("GOMODCACHE", output([find_go(Progress()), "env", "GOMODCACHE"]))
        patch.setenv("HOME", str(folder))
        settings = parse(read(file), "everything", folder, secret={"s3SecretAccessKey", "secrets"})
        place_release_files(releases_of(settings), Progress())
        patch.setattr(pod_network, "calico_definitions", lambda cache: calico_kinds())
        outputs = {f"{machine.name}-preflight": json.dumps(FACTS) for machine in settings.machines}
        outputs[KUBECONFIG] = "kubeconfig"
        outputs |= {f"{name}-certificate": _certificate() for name in WITH_CERTIFICATES}
        yield settings, outputs


def _certificate() -> str:
    """A certificate and its key, as the program's own script makes them."""
    command = ["bash", REPOSITORY / SCRIPT, "1", "everything.example.com"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
