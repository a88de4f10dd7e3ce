"""Keeps what Alertmanager sends, and tells it to whoever asks. Runs in a pod."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLD = []


class Handler(BaseHTTPRequestHandler):
    """POST of a message, GET of all messages."""

    def do_POST(self) -> None:
        """Keep it, with the time."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        TOLD.append({"at": time.time(), "message": json.loads(body)})
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        """Tell."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(TOLD).encode())


ThreadingHTTPServer(("", 8080), Handler).serve_forever()
