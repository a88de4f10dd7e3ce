"""The part of a kubelet that hands out logs: the API server asks it for them."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.api.api_server import ApiServer
from tests.api.certificates import Authority


@contextmanager
def node_with_logs(api_server: ApiServer, name: str, folder: Path, logs: Mapping[str, str]) -> Iterator[None]:
    """A node of this name whose containers have these logs, by the container's name.

    A log that is asked for as the one of the run before starts with the word `previous:`.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            lines = logs.get(path.rpartition("/")[2], "").encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"previous: " + lines if "previous=true" in query else lines)

        def log_message(self, format: str, *args: object) -> None:
            pass

    certificate = Authority(folder / name).server("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": server.server_port}},
    }
    try:
        api_server.apply([node])
        api_server.patch_status("node", name, status)
        yield
    finally:
        api_server.kubectl("delete", "node", name)
        server.shutdown()
        thread.join()
        server.server_close()
