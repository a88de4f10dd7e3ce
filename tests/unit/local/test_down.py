"""What `make down` knows before it begins."""

import socket
from pathlib import Path

import pytest
import yaml

from local.down import answers


@pytest.fixture
def kubeconfig(tmp_path: Path):
    """Writes one whose API server is at a port of this computer."""

    def write(port: int) -> Path:
        file = tmp_path / "kubeconfig"
        server = {"server": f"https://127.0.0.1:{port}"}
        file.write_text(yaml.safe_dump({"clusters": [{"name": "dev", "cluster": server}]}))
        return file

    return write


def test_a_cluster_that_listens_is_taken_down_in_good_order(kubeconfig):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert answers(kubeconfig(server.getsockname()[1]))


def test_objects_of_a_cluster_that_is_gone_are_not_waited_for(kubeconfig):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not answers(kubeconfig(port))
