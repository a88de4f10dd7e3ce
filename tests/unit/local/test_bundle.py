"""The bundle holds what the program asks for, and its MANIFEST says just that."""

import hashlib
from pathlib import Path

import pytest

from components import versions
from local import cache
from local.bundle import make
from local.bundle.make import Part, make_bundle
from local.bundle.modules import (
    CONTAINERD_VERSION,
    COREDNS_VERSION,
    ETCD_VERSION,
    KUBERNETES,
    KUBERNETES_VERSION,
    required_version,
)


def test_the_bundle_has_the_versions_that_the_program_asks_for():
    assert KUBERNETES_VERSION == versions.KUBERNETES
    assert ETCD_VERSION == versions.ETCD
    assert COREDNS_VERSION == versions.COREDNS
    assert CONTAINERD_VERSION == versions.CONTAINERD
    assert required_version("kueue", "sigs.k8s.io/kueue") == versions.KUEUE


def test_kubeadm_is_told_its_version():
    assert f"-X k8s.io/component-base/version.gitVersion=v{versions.KUBERNETES}" in KUBERNETES.ldflags


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cache.Entry:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(make, "BUNDLE", tmp_path / "bundle")

    def fill(target: Path) -> None:
        (target / "kubelet").write_text("kubelet")
        (target / "kubelet").chmod(0o755)
        (target / "node.tar").write_text("node")

    return cache.build("kind", "key", fill)


def parts(entry: cache.Entry) -> list[Part]:
    return [
        Part(folder="images", entry=entry, names=("node.tar",)),
        Part(folder="bin", entry=entry, names=("kubelet",)),
    ]


def test_the_manifest_lists_digest_mode_and_path_of_every_file(entry: cache.Entry):
    make_bundle(parts(entry))
    program, image = (hashlib.sha256(text).hexdigest() for text in (b"kubelet", b"node"))
    text = (make.BUNDLE / "MANIFEST").read_text()
    assert text == f"{program}  0755  bin/kubelet\n{image}  0644  images/node.tar\n"


def test_a_file_that_is_no_longer_part_of_it_goes(entry: cache.Entry):
    make_bundle(parts(entry))
    (make.BUNDLE / "bin" / "old").write_text("old")
    make_bundle(parts(entry))
    files = {str(path.relative_to(make.BUNDLE)) for path in make.BUNDLE.rglob("*") if path.is_file()}
    assert files == {"MANIFEST", "bin/kubelet", "images/node.tar"}


def test_nothing_is_written_when_nothing_changed(entry: cache.Entry):
    make_bundle(parts(entry))
    before = {path: path.stat().st_ctime_ns for path in make.BUNDLE.rglob("*")}
    make_bundle(parts(entry))
    assert {path: path.stat().st_ctime_ns for path in make.BUNDLE.rglob("*")} == before
