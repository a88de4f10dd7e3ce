"""Programs come out of `go build` under the name that Go gives them; ours are renamed."""

import pytest

from local.golang import OLDEST, go_version
from local.gomodule import built_name


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("go.etcd.io/etcd/server/v3", "server"),
        ("github.com/coredns/coredns", "coredns"),
        ("github.com/containerd/containerd/v2/cmd/ctr", "ctr"),
        ("github.com/example/vault", "vault"),
    ],
)
def test_a_major_version_is_no_program_name(package: str, name: str):
    assert built_name(package) == name


@pytest.mark.parametrize(
    ("text", "fit"), [("go1.26.8", True), ("go1.25.9", False), ("go1.26", False), ("", False)]
)
def test_an_old_go_is_not_used(text: str, fit: bool):
    assert (go_version(text) >= OLDEST) is fit
