"""A real API server with its etcd and its controllers, on loopback. Nothing runs pods."""

import base64
import json
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.bundle.modules import ETCD, KUBERNETES
from local.progress import Progress
from tests.api.certificates import Authority
from tests.ports import free_ports

# An API server on two busy cores answers after 5 s; a test computer may be slower still.
START_SECONDS = 120
STOP_SECONDS = 20
_ADDRESS = "127.0.0.1"


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
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        etcd, peer, self._port, controllers = free_ports(4)
        authority = Authority(directory / "certificates")
        server = authority.server(_ADDRESS)
        self._write_kubeconfig(authority)
        self._start(
            ETCD.build(progress).path("etcd"),
            f"--data-dir={directory}/etcd",
            f"--listen-client-urls=http://{_ADDRESS}:{etcd}",
            f"--advertise-client-urls=http://{_ADDRESS}:{etcd}",
            f"--listen-peer-urls=http://{_ADDRESS}:{peer}",
            f"--initial-advertise-peer-urls=http://{_ADDRESS}:{peer}",
            f"--initial-cluster=default=http://{_ADDRESS}:{peer}",
            # A test's data need not survive a power cut.
            "--unsafe-no-fsync",
        )
        self._api_server = (
            kubernetes.path("kube-apiserver"),
            f"--etcd-servers=http://{_ADDRESS}:{etcd}",
            f"--bind-address={_ADDRESS}",
            f"--secure-port={self._port}",
            f"--tls-cert-file={server.certificate}",
            f"--tls-private-key-file={server.key}",
            f"--client-ca-file={authority.own.certificate}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={server.certificate}",
            f"--service-account-signing-key-file={server.key}",
            "--authorization-mode=RBAC",
            # As kubeadm starts it: drivers of volumes and GPUs mount for others.
            "--allow-privileged=true",
            "--service-cluster-ip-range=10.96.0.0/16",
        )
        self._start(*self._api_server)
        self._controllers = (
            kubernetes.path("kube-controller-manager"),
            f"--kubeconfig={self.kubeconfig}",
            f"--bind-address={_ADDRESS}",
            f"--secure-port={controllers}",
            f"--cert-dir={directory}/controllers",
            f"--service-account-private-key-file={server.key}",
            f"--root-ca-file={authority.own.certificate}",
            "--leader-elect=false",
            # Autoscalers look every 15 s by default.
            "--horizontal-pod-autoscaler-sync-period=1s",
        )

    def _write_kubeconfig(self, authority: Authority) -> None:
        admin = authority.client("admin", "system:masters")
        server = {
            "server": f"https://{_ADDRESS}:{self._port}",
            "certificate-authority-data": _encoded(authority.own.certificate),
        }
        user = {
            "client-certificate-data": _encoded(admin.certificate),
            "client-key-data": _encoded(admin.key),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": "test", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))

    def _start(self, program: Path, *arguments: str) -> None:
        with open(self._directory / f"{program.name}.log", "ab") as log:
            process = subprocess.Popen(
                [program, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C would tell all of them at once; `stop` knows the order.
                start_new_session=True,
            )
        self._processes[program.name] = process

    def wait(self) -> None:
        """Return when the API server answers and its controllers have begun."""
        self._until_answered("--raw", "/healthz")
        # They end where they have waited ten seconds for it; a restart of the API server they outlive.
        if self._controllers[0].name not in self._processes:
            self._start(*self._controllers)
        # The controllers make it; a pod needs it.
        self._until_answered("serviceaccount", "default")

    def _until_answered(self, *what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (done := self.kubectl("get", *what, check=False)).returncode:
            ended = [process.args for process in self._processes.values() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                log = (self._directory / "kube-apiserver.log").read_text()[-2000:]
                raise RuntimeError(f"the API server does not start: {done.stderr}\n{log}")
            time.sleep(0.3)

    def stop(self) -> None:
        """End all programs, each while what it needs still runs: it would wait for that in vain."""
        for process in reversed(self._processes.values()):
            _end(process)

    def restart(self) -> None:
        """End the API server as an update of it does, and start it again."""
        _end(self._processes["kube-apiserver"])
        self._start(*self._api_server)

    def kubectl(
        self, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as an administrator."""
        command = [self._kubectl, f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True)
        if check and done.returncode:
            raise RefusedError(done.stderr)
        return done

    def get(self, kind: str, name: str, namespace: str = "default") -> dict[str, Any] | None:
        """The live object, or None."""
        found = self.kubectl("get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json").stdout
        return json.loads(found) if found else None

    def patch_status(
        self, kind: str, name: str, status: Mapping[str, Any], namespace: str = "default"
    ) -> bool:
        """Give an object a status; False when the object is not there (any more)."""
        patch = json.dumps({"status": status})
        arguments = [kind, name, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch]
        return self.kubectl("patch", *arguments, check=False).returncode == 0

    def bind(self, pod: str, node: str, namespace: str) -> None:
        """Put a pod on a node, as the scheduler does."""
        target = {"apiVersion": "v1", "kind": "Node", "name": node}
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": pod, "namespace": namespace},
            "target": target,
        }
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/binding"
        self.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(binding), check=False)

    def apply(self, objects: Iterable[Mapping[str, Any]], *, dry_run: bool = False) -> str:
        """Apply objects strictly: an unknown field is an error. Returns the warnings."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        options = ["--dry-run=server"] if dry_run else []
        return self.kubectl(
            "apply", "--server-side", "--validate=strict", *options, "-f", "-", stdin=text
        ).stderr

    def establish(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        """Apply CustomResourceDefinitions and return when objects of their kinds can be made."""
        definitions = list(definitions)
        self.apply(definitions)
        waiting = {one["metadata"]["name"] for one in definitions}
        deadline = time.monotonic() + START_SECONDS
        # `kubectl wait` ends with an error where a definition has no conditions yet.
        while waiting:
            assert time.monotonic() < deadline, f"not established: {', '.join(sorted(waiting))}"
            for one in json.loads(self.kubectl("get", "crd", "-o", "json").stdout)["items"]:
                if any(
                    condition["type"] == "Established" and condition["status"] == "True"
                    for condition in one.get("status", {}).get("conditions") or []
                ):
                    waiting.discard(one["metadata"]["name"])
            time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
