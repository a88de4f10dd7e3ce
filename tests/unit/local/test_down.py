"""What `make down` knows before it begins."""

import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from local.down import answers
from tests.api.certificates import Authority

ADDRESS = "127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def port(authority: Authority) -> Iterator[int]:
    """Where something listens as an API server does, with a certificate of the authority."""
    certificate = authority.server(ADDRESS)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with socket.create_server((ADDRESS, 0)) as server:

        def serve() -> None:
            with server.accept()[0] as connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    # The other side has not liked the certificate.
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


def kubeconfig(folder: Path, authority: Authority, port: int) -> Path:
    trusted = b64encode(authority.own.certificate.read_bytes()).decode()
    cluster = {"server": f"https://{ADDRESS}:{port}", "certificate-authority-data": trusted}
    file = folder / "kubeconfig"
    written = {
        "clusters": [{"name": "dev", "cluster": cluster}],
        "users": [{"name": "admin", "user": {}}],
        "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "admin"}}],
        "current-context": "dev",
    }
    file.write_text(yaml.safe_dump(written))
    return file


def test_a_cluster_that_answers_is_taken_down_in_good_order(tmp_path, authority, port):
    assert answers(kubeconfig(tmp_path, authority, port))


def test_somebody_else_at_the_address_is_not_the_cluster(tmp_path, port):
    assert not answers(kubeconfig(tmp_path, Authority(tmp_path / "other"), port))


def test_objects_of_a_cluster_that_is_gone_are_not_waited_for(tmp_path, authority):
    with socket.create_server((ADDRESS, 0)) as server:
        port = server.getsockname()[1]
    assert not answers(kubeconfig(tmp_path, authority, port))
