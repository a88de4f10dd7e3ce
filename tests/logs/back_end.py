"""OpenSearch in Elasticsearch's place: it speaks the same bulk API."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.logging.index_requests import logs_template
from tests.logs.parts import OPENSEARCH

HEAP = "512m"
START_SECONDS = 300
# Hits of one page; the most that a search gives.
PAGE = 10_000
# The pods of the tests, among others on the same node.
OF_WRITERS = {"prefix": {"kubernetes.pod_name": "writer-"}}


class BackEnd:
    """One node whose data outlive it."""

    def __init__(self, java: Path, jars: Path, folder: Path, port: int) -> None:
        self._command = [
            java,
            f"-Xms{HEAP}",
            f"-Xmx{HEAP}",
            "-cp",
            f"{jars}/*",
            OPENSEARCH / "Node.java",
            folder,
        ]
        self._folder, self.port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen([*self._command, str(self.port)], stdout=log, stderr=log)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
                return
            except OSError:
                assert self._process.poll() is None, (self._folder / "log").read_text()[-3000:]
                assert time.monotonic() < until, "OpenSearch does not answer"
                time.sleep(0.5)

    def stop(self) -> None:
        """End it as a machine does that goes down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Its answer to a call, as data; OSError while it is away or refuses."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def install_template(self) -> None:
        """Our index template, without what only Elasticsearch has: lifecycles, and one kind of field."""
        template = json.loads(json.dumps(logs_template(0)).replace('"flattened"', '"flat_object"'))
        del template["template"]["settings"]["index"]["lifecycle"]
        self.ask("PUT", "/_index_template/metalml-logs", template)

    def count(self) -> int:
        """How many lines of writers there are."""
        try:
            self.ask("POST", "/logs-*/_refresh")
            return self.ask("POST", "/logs-*/_count", {"query": OF_WRITERS})["count"]
        except OSError:
            return 0

    def turned_down(self) -> int:
        """Lines that came a second time since it was started: their ids were there."""
        stats = self.ask("GET", "/logs-*/_stats/indexing")
        return stats["_all"]["primaries"]["indexing"]["index_failed"]

    def messages(self) -> Iterator[str]:
        """The message of every line of writers."""
        query = {"size": PAGE, "_source": ["message"], "sort": ["_doc"], "query": OF_WRITERS}
        page = self.ask("POST", "/logs-*/_search?scroll=1m", query)
        while page["hits"]["hits"]:
            for hit in page["hits"]["hits"]:
                yield hit["_source"]["message"]
            page = self.ask("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
