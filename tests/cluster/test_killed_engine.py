"""`kill -9` of the whole `make up` while kubeadm works: the next one follows the step that still runs."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.cluster.project import Project, settings_on

STACK = "killed"
CONTROL = f"metalml-{STACK}-control-1"


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("killed"))
    settings = settings_on(project, cluster=STACK, machines="10.85.0", pods="10.242")
    # Without the model: this is about the cluster.
    settings["config"]["metalml:models"] = []
    project.write(STACK, settings)
    # What a killed run left, as before each lab.
    project.sweep(STACK)
    yield project
    project.sweep(STACK)


def on_control_plane(command: str) -> str:
    return subprocess.run(
        ["podman", "exec", CONTROL, "sh", "-c", command], capture_output=True, text=True
    ).stdout.strip()


def kill_everything_of(process: subprocess.Popen[str]) -> None:
    """The engine, its plugins and their ssh clients: all processes of the command's session."""
    listed = subprocess.run(
        ["ps", "-s", str(os.getsid(process.pid)), "-o", "pid="], capture_output=True, text=True
    )
    for pid in listed.stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


@pytest.mark.fault
def test_a_killed_engine_never_makes_kubeadm_init_run_twice(project: Project) -> None:
    process = project.start("up", STACK)
    deadline = time.monotonic() + 1200
    while on_control_plane("pgrep -f '^kubeadm init'") == "":
        assert process.poll() is None and time.monotonic() < deadline, "kubeadm init was not seen"
        time.sleep(0.1)
    kill_everything_of(process)

    project.must("up", STACK)
    assert on_control_plane("grep -c init /var/lib/metalml/kubeadm-runs") == "1"
    assert project.kubectl("get", "nodes", "--no-headers").count(" Ready ") == 2
