"""What was built on this computer, offered as a table of downloads: the trial of `make up` with a way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from local import cache
from local.bundle.modules import CNI_PLUGINS, CONTAINERD, COREDNS, ETCD, KUBERNETES
from local.engine.kubernetes import KUBERNETES_PROVIDER
from local.engine.pulumi import ENGINE
from local.progress import Progress
from tests.served_folder import served_folder

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
    with served_folder(folder) as address:
        yield f"{address}/table.yaml"
