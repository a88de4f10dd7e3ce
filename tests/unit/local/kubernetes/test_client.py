"""What the API server answers is taken for what it says that it is."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.kubernetes.client import Client
from local.kubernetes.kubeconfig import Access

ANSWERS = {
    "/log": ("text/plain", '{"level":"error","msg":"conflicting"}\n{"level":"error","msg":"again"}\n'),
    "/object": ("application/json", '{"kind":"Pod"}'),
}


@pytest.fixture
def client() -> Iterator[Client]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = ANSWERS[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    trust = ssl.create_default_context()
    try:
        yield Client(Access(server=f"http://127.0.0.1:{server.server_port}", headers={}, trust=trust))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_log_of_a_pod_that_writes_json_is_text(client: Client) -> None:
    assert client.request("GET", "/log").splitlines() == ANSWERS["/log"][1].splitlines()


def test_an_object_is_one(client: Client) -> None:
    assert client.request("GET", "/object") == {"kind": "Pod"}
