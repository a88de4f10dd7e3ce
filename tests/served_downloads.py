"""What was built on this computer, offered as a table of downloads: the trial of `make up` with a way out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from local import cache
from local.bundle.modules import CNI_PLUGINS, CONTAINERD, COREDNS, ETCD, KUBERNETES
from local.engine.kubernetes import KUBERNETES_PROVIDER
from local.engine.pulumi import ENGINE
from local.progress import Progress

# All that `dev` would build. The plugin of Commands is no build.
MODULES = (KUBERNETES, ETCD, CONTAINERD, CNI_PLUGINS, COREDNS, ENGINE, KUBERNETES_PROVIDER)


@contextmanager
def served_downloads(folder: Path) -> Iterator[str]:
    """The address of the table, on loopback, while this lasts; table and files are put into the folder."""
    rows = []
    for module in MODULES:
        entry = module.build(Progress())
        for name in module.programs:
            cache.place(entry, name, folder / name)
            rows.append(
                {
                    "module": module.name,
                    "version": module.version,
                    "address": name,
                    "sha256": entry.digests[name],
                    "listed": "built here",
                    "programs": {name: None},
                }
            )
    (folder / "table.yaml").write_text(yaml.safe_dump(rows))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/table.yaml"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass
