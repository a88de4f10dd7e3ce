"""The model server's image in a container, as its pod runs it: not root, nothing to write to but /tmp."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from local.model_server.build import REFERENCE
from tests.waits import LONGEST

NETWORK = "metalml-test-model-server"
RANGE = "10.79.77.0/29"
ADDRESS = "10.79.77.2"
PORT = 8501
METRICS_PATH = "/monitoring/prometheus/metrics"
# As components/machines/scripts/local-machine.sh has it: crun refuses a hybrid cgroup hierarchy.
PODMAN = ("podman", "--runtime", "runc")
# A caller without CAP_SYS_RESOURCE cannot give more than its own hard limits.
LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096", "--memory", "2g")


def podman(*arguments: str | Path) -> str:
    """What a podman command prints."""
    command = [*PODMAN, *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back."""

    code: int
    text: str
    kind: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class Server:
    """One running model server."""

    container: str

    def ask(self, method: str, path: str, body: str | bytes | None = None) -> Reply:
        connection = HTTPConnection(ADDRESS, PORT, timeout=30)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return Reply(
                code=response.status,
                text=response.read().decode(),
                kind=response.headers.get_content_type(),
            )
        finally:
            connection.close()

    def predict(self, model: str, body: Any) -> Reply:
        return self.ask("POST", f"/v1/models/{model}:predict", json.dumps(body))

    def log(self) -> str:
        done = subprocess.run([*PODMAN, "logs", self.container], capture_output=True, text=True)
        return done.stdout + done.stderr


@contextmanager
def running(models: Path, flags: Sequence[str]) -> Iterator[Server]:
    """A container with the models in /models; gone afterwards."""
    name = "metalml-test-model-server"
    podman("rm", "--force", "--ignore", name)
    safe = ("--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp", "--cap-drop", "ALL")
    mount = ("--volume", f"{models}:/models:ro")
    at = ("--network", NETWORK, "--ip", ADDRESS)
    podman("run", "--detach", "--name", name, *at, *safe, *LIMITS, *mount, REFERENCE, *flags)
    try:
        yield Server(container=name)
    finally:
        podman("rm", "--force", "--time", "0", name)


@contextmanager
def serving(models: Path, model: str, *flags: str) -> Iterator[Server]:
    """A server that has loaded one of the models, with the port that its Deployment gives it for gRPC."""
    needed = (f"--rest_api_port={PORT}", "--port=8500", "--enable_grpc_healthcheck_service=true")
    named = (f"--model_name={model}", f"--model_base_path=/models/{model}")
    with running(models, (*needed, *named, *flags)) as server:
        wait_until_loaded(server, model)
        yield server


def wait_until_loaded(server: Server, model: str) -> None:
    end = time.monotonic() + LONGEST
    while True:
        try:
            if server.ask("GET", f"/v1/models/{model}/metadata").code == 200:
                return
        except (OSError, HTTPException):
            pass
        assert time.monotonic() < end, f"{model} is not loaded:\n{server.log()}"
        time.sleep(0.1)
