"""Real Alertmanagers on this computer, and whom they tell."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import yaml

from components.monitoring.alerting.channels import SECRETS_DIRECTORY
from components.monitoring.alerting.configuration import CONFIGURATION_DIRECTORY, TEMPLATES
from local.bundle.modules import ALERTMANAGER
from local.progress import Progress
from tests.ports import free_ports
from tests.waits import LONGEST

# Instead of ours, which are for people.
GROUP_WAIT, GROUP_INTERVAL = "1s", "2s"
# Seconds that each waits for every one before it; Alertmanager's own are 15.
PEER_TIMEOUT = 3


@dataclass(frozen=True, kw_only=True)
class Told:
    """One message that arrived."""

    path: str
    token: str
    body: dict[str, Any]
    at: float


@dataclass
class Listener:
    """Whom messages are sent to."""

    url: str
    told: list[Told] = field(default_factory=list)

    def of(self, path: str) -> list[Told]:
        """What arrived at a path."""
        return [one for one in self.told if one.path == path]


@contextmanager
def listening(answer: int = 200) -> Iterator[Listener]:
    """A web server that keeps what it is sent, and answers as Slack does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            listener.told.append(
                Told(
                    path=self.path,
                    token=self.headers.get("Authorization", ""),
                    body=json.loads(self.rfile.read(length)),
                    at=time.monotonic(),
                )
            )
            self.send_response(answer)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Member:
    """One running Alertmanager."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def take(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Send it alerts, as Prometheus does."""
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.url}/api/v2/alerts", json.dumps(alerts).encode(), headers)):
            pass


@contextmanager
def alertmanagers(
    folder: Path, configuration: str, secrets: Mapping[str, str], count: int = 1
) -> Iterator[list[Member]]:
    """So many of them, which know each other. `folder` is empty."""
    program = ALERTMANAGER.build(Progress()).path("alertmanager")
    file = write_configuration(folder, configuration, secrets)
    ports = free_ports(2 * count)
    web, mesh = ports[:count], ports[count:]
    members: list[Member] = []
    try:
        for number in range(count):
            log = folder / f"{number}.log"
            command = [
                program,
                f"--config.file={file}",
                f"--storage.path={folder / str(number)}",
                f"--web.listen-address=127.0.0.1:{web[number]}",
                f"--cluster.listen-address={f'127.0.0.1:{mesh[number]}' if count > 1 else ''}",
                *(f"--cluster.peer=127.0.0.1:{port}" for port in mesh if port != mesh[number]),
                f"--cluster.peer-timeout={PEER_TIMEOUT}s",
                "--log.level=debug",
            ]
            with log.open("wb") as output:
                process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            members.append(Member(process, f"http://127.0.0.1:{web[number]}", log))
        for member in members:
            wait_until(lambda member=member: _is_ready(member, count), LONGEST, member.log)
        yield members
    finally:
        for member in members:
            member.process.kill()
            member.process.wait()


def write_configuration(folder: Path, configuration: str, secrets: Mapping[str, str]) -> Path:
    """The file with what it refers to, in `folder` instead of where pods have it, and in a hurry."""
    (folder / "secrets").mkdir(parents=True)
    for name, value in secrets.items():
        (folder / "secrets" / name).write_text(value)
    text = configuration.replace(SECRETS_DIRECTORY, str(folder / "secrets"))
    text = text.replace(CONFIGURATION_DIRECTORY, str(TEMPLATES.parent))
    whole = yaml.safe_load(text)
    whole["route"] |= {"group_wait": GROUP_WAIT, "group_interval": GROUP_INTERVAL}
    file = folder / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(whole))
    return file


def wait_until(holds: Callable[[], object], seconds: float, log: Path | None = None) -> None:
    """Wait for something that must become true; the log is what to read if it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, log.read_text()[-4000:] if log else "not in time"
        time.sleep(0.1)


def _is_ready(member: Member, count: int) -> bool:
    assert member.process.poll() is None, member.log.read_text()
    try:
        with urlopen(f"{member.url}/api/v2/status") as answer:
            cluster = json.load(answer)["cluster"]
    except OSError:
        return False
    return count == 1 or (cluster["status"] == "ready" and len(cluster["peers"]) == count)
