"""Apt repositories like the vendors': flat, signed, one per minor; built from the bundle's programs."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from components import versions
from components.bootstrap.render.node_files import FILES
from tests.cluster.software import Software

TEXTS = Path(__file__).with_name("packages")
REVISION = "1.1"
MINOR = versions.KUBERNETES.rpartition(".")[0]


class Keyring:
    """Throwaway keys of one folder."""

    def __init__(self, home: str) -> None:
        self._home = home

    def make(self, name: str) -> str:
        """A new signing key; its fingerprint."""
        self._gpg(
            "--passphrase", "", "--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign"
        )
        listed = self._gpg("--with-colons", "--list-keys", f"{name}@example.org")
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def public(self, fingerprint: str) -> str:
        """The public key as vendors publish it."""
        return self._gpg("--armor", "--export", fingerprint)

    def sign(self, fingerprint: str, file: Path, signed: Path) -> None:
        """The file's text with a signature around it."""
        self._gpg("--local-user", fingerprint, "--output", str(signed), "--clearsign", str(file))

    def _gpg(self, *arguments: str) -> str:
        command = ["gpg", "--homedir", self._home, "--batch", "--yes", "--pinentry-mode", "loopback"]
        done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
        return done.stdout


@contextmanager
def keyring() -> Iterator[Keyring]:
    """An empty one; its agent ends with it."""
    if not shutil.which("gpg-agent"):
        install = ["apt-get", "install", "--yes", "--no-install-recommends", "gpg", "gpg-agent"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    # A short path: the agent's socket is in it.
    with TemporaryDirectory(prefix="gpg-") as home:
        try:
            yield Keyring(home)
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=False)


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package: where its files come from, and what else its vendor says about it."""

    name: str
    version: str
    files: Mapping[str, Path]
    fields: Mapping[str, str]
    scripts: Mapping[str, Path]
    conffiles: tuple[str, ...] = ()

    def build(self, folder: Path) -> Path:
        """The package as a file of `folder`."""
        with TemporaryDirectory(dir=folder) as name:
            tree = Path(name)
            control = {
                "Package": self.name,
                "Version": self.version,
                "Architecture": "amd64",
                "Maintainer": "metalml tests <tests@example.org>",
                "Description": f"{self.name} for tests",
                **self.fields,
            }
            debian = tree / "DEBIAN"
            debian.mkdir()
            (debian / "control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()))
            (debian / "conffiles").write_text("".join(f"{path}\n" for path in self.conffiles))
            for script, source in self.scripts.items():
                shutil.copy(source, debian / script)
                (debian / script).chmod(0o755)
            for path, source in self.files.items():
                target = tree / path.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
                target.chmod(0o755 if "/bin/" in path else 0o644)
            tree.chmod(0o755)
            built = folder / f"{self.name}_{self.version}_amd64.deb"
            subprocess.run(
                ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, built],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        return built


def publish(folder: Path, packages: list[Package], keys: Keyring, key: str) -> None:
    """A flat repository of these packages, with the key beside it."""
    folder.mkdir(parents=True)
    index = ""
    for package in packages:
        file = package.build(folder)
        control = subprocess.run(["dpkg-deb", "--field", file], check=True, capture_output=True, text=True)
        index += (
            f"{control.stdout}Filename: ./{file.name}\nSize: {file.stat().st_size}\n"
            f"SHA256: {sha256(file.read_bytes()).hexdigest()}\n\n"
        )
    (folder / "Packages").write_text(index)
    (folder / "Release.key").write_text(keys.public(key))
    sign(folder, keys, key)


def sign(folder: Path, keys: Keyring, key: str) -> None:
    """Sign what the repository offers."""
    text = (folder / "Packages").read_bytes()
    (folder / "Release").write_text(
        f"Origin: metalml tests\nArchitectures: amd64\nDate: Mon, 01 Jan 2024 00:00:00 UTC\n"
        f"SHA256:\n {sha256(text).hexdigest()} {len(text)} Packages\n"
    )
    keys.sign(key, folder / "Release", folder / "InRelease")


def kubernetes_packages(software: Software) -> list[Package]:
    """kubelet, kubeadm, kubectl and kubernetes-cni, with the units that the real ones bring."""
    units = "/usr/lib/systemd/system"
    version = f"{versions.KUBERNETES}-{REVISION}"
    plugins = {f"/opt/cni/bin/{path.name}": path for path in (software.bundle / "cni").iterdir()}

    def package(name: str, files: Mapping[str, Path], **fields: str) -> Package:
        return Package(name=name, version=version, files=files, fields=fields, scripts={})

    def program(name: str) -> dict[str, Path]:
        return {f"/usr/bin/{name}": software.bundle / "bin" / name}

    return [
        package(
            "kubelet",
            {**program("kubelet"), f"{units}/kubelet.service": TEXTS / "kubelet.service"},
            Depends="iptables, kubernetes-cni, mount, util-linux",
        ),
        package(
            "kubeadm",
            {**program("kubeadm"), f"{units}/kubelet.service.d/10-kubeadm.conf": FILES / "10-kubeadm.conf"},
        ),
        package("kubectl", program("kubectl")),
        package("kubernetes-cni", plugins),
    ]


def containerd_packages(software: Software) -> list[Package]:
    """containerd.io, which brings runc with it and takes the place of the distribution's packages."""
    programs = ("containerd", "containerd-shim-runc-v2", "ctr")
    return [
        Package(
            name="containerd.io",
            version=f"{versions.CONTAINERD}-1~debian.12~bookworm",
            files={
                **{f"/usr/bin/{name}": software.bundle / "bin" / name for name in programs},
                "/usr/bin/runc": software.root / "usr/sbin/runc",
                "/usr/lib/systemd/system/containerd.service": TEXTS / "containerd.service",
                "/etc/containerd/config.toml": TEXTS / "config.toml",
            },
            fields={
                "Conflicts": "containerd, runc",
                "Replaces": "containerd, runc",
                "Provides": "containerd, runc",
            },
            scripts={"postinst": TEXTS / "containerd.postinst", "prerm": TEXTS / "containerd.prerm"},
            conffiles=("/etc/containerd/config.toml",),
        )
    ]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at what arrives."""


@contextmanager
def served(folder: Path, address: str, port: int) -> Iterator[None]:
    """The folder over http, to the machines only."""
    server = ThreadingHTTPServer((address, port), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
