"""A real API server with its etcd, on loopback, for tests of what it accepts. Nothing runs pods."""

import json
import secrets
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.bundle.modules import ETCD, KUBERNETES
from local.progress import Progress

# An API server on two busy cores answers after 5 s; a test computer may be slower still.
START_SECONDS = 120
STOP_SECONDS = 20


class RefusedError(AssertionError):
    """The API server did not take an object; its own words say why."""


class ApiServer:
    """An API server that this object starts, and that stops with it."""

    def __init__(self, directory: Path) -> None:
        progress = Progress()
        kubernetes = KUBERNETES.build(progress)
        self._directory = directory
        self._kubectl = str(kubernetes.path("kubectl"))
        self.kubeconfig = directory / "kubeconfig"
        self._processes: list[subprocess.Popen[bytes]] = []
        etcd, peer, self._port = _free_ports(3)
        token = secrets.token_hex(16)
        self._write_files(token)
        self._start(
            ETCD.build(progress).path("etcd"),
            f"--data-dir={directory}/etcd",
            f"--listen-client-urls=http://127.0.0.1:{etcd}",
            f"--advertise-client-urls=http://127.0.0.1:{etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
        )
        self._start(
            kubernetes.path("kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--cert-dir={directory}/certificates",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={directory}/service-account.key",
            f"--service-account-signing-key-file={directory}/service-account.key",
            f"--token-auth-file={directory}/tokens",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
        )

    def _write_files(self, token: str) -> None:
        command = ["openssl", "genrsa", "-out", str(self._directory / "service-account.key"), "2048"]
        subprocess.run(command, check=True, capture_output=True)
        (self._directory / "tokens").write_text(f"{token},admin,admin,system:masters\n")
        server = {"server": f"https://127.0.0.1:{self._port}", "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))

    def _start(self, program: Path, *arguments: str) -> None:
        with open(self._directory / f"{program.name}.log", "wb") as log:
            process = subprocess.Popen([program, *arguments], stdout=log, stderr=subprocess.STDOUT)
        self._processes.append(process)

    def wait(self) -> None:
        """Return when the API server answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            done = self.kubectl("get", "--raw", "/readyz", check=False)
            if done.returncode == 0:
                return
            ended = [process.args for process in self._processes if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                log = (self._directory / "kube-apiserver.log").read_text()[-2000:]
                raise RuntimeError(f"the API server does not start: {done.stderr}\n{log}")
            time.sleep(0.3)

    def stop(self) -> None:
        """End both programs."""
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kubectl(
        self, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as an administrator."""
        command = [self._kubectl, f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True)
        if check and done.returncode:
            raise RefusedError(done.stderr)
        return done

    def apply(self, objects: Iterable[Mapping[str, Any]], *, dry_run: bool = False) -> str:
        """Apply objects strictly: an unknown field is an error. Returns the warnings."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        options = ["--dry-run=server"] if dry_run else []
        return self.kubectl(
            "apply", "--server-side", "--validate=strict", *options, "-f", "-", stdin=text
        ).stderr


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
