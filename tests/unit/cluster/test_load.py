"""The load that rollouts are judged by: a failure that it did not count would be a promise not kept."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.cluster.load import Load


class Server:
    """Answers with the number of the answer; whole numbers in `spoilt` are answered otherwise."""

    def __init__(self) -> None:
        self.connections, self.asked, self.spoilt = 0, 0, ""
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                with outer._lock:
                    outer.asked += 1
                    third = outer.asked % 3 == 0
                if third and outer.spoilt == "reset":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                text = json.dumps({"third": third}).encode()
                self.send_response(503 if third and outer.spoilt == "503" else 200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                # Without a word to the client, as a server that ends idle connections does.
                self.close_connection = third and outer.spoilt == "closed"

            def log_message(self, format: str, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1/models/default:predict"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def third_or_not(text: bytes) -> str:
    return "third" if json.loads(text)["third"] else "other"


@pytest.mark.parametrize("most", [1, None])
@pytest.mark.parametrize("spoilt", ["503", "reset"])
def test_every_failure_is_counted_on_new_and_on_open_connections(
    server: Server, spoilt: str, most: int | None
) -> None:
    server.spoilt = spoilt
    with Load(server.url, requests_per_connection=most, kind=third_or_not) as load:
        load.until(60)
    assert load.requests == server.asked
    assert len(load.failures) == server.asked // 3
    assert load.answers == {"other": server.asked - server.asked // 3}
    assert ("503" if spoilt == "503" else "RemoteDisconnected") in load.told()


def test_answers_are_counted_by_their_kind(server: Server) -> None:
    with Load(server.url, kind=third_or_not) as load:
        load.until(60)
    assert not load.failures
    assert load.answers["third"] == server.asked // 3


def test_connections_are_kept_or_not_as_asked(server: Server) -> None:
    with Load(server.url, clients=2, requests_per_connection=None) as kept:
        kept.until(40)
    assert server.connections == 2
    with Load(server.url, clients=2) as new:
        new.until(40)
    assert server.connections == 2 + new.requests


def test_a_connection_that_was_closed_while_idle_is_no_failure(server: Server) -> None:
    server.spoilt = "closed"
    with Load(server.url, clients=1, per_second=100, requests_per_connection=None) as load:
        load.until(30)
    assert load.failures == []


def test_all_clients_together_keep_to_the_rate(server: Server) -> None:
    with Load(server.url, clients=4, per_second=100) as load:
        load.until(60)
        assert load.seconds >= 0.5


def test_a_server_that_is_not_there_is_a_failure_each_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with Load(f"http://127.0.0.1:{port}/", clients=1) as load:
        load.until(5)
    assert len(load.failures) == load.requests
    assert "refused" in load.told()
