"""A small bundle, so that sending and unpacking files does not drown what is compared.

containerd is real, since preparation starts it. Kubernetes' programs are not started before a cluster begins:
a line stands for each. There are no images.
"""

import hashlib
from pathlib import Path

from local import cache
from local.bundle.make import MANIFEST
from local.bundle.modules import CNI_PLUGINS, CONTAINERD
from local.progress import Progress

PLACEHOLDER = "#!/bin/sh\nexit 1\n"


def make_small_bundle(folder: Path, progress: Progress) -> None:
    """Fill the folder."""
    lines = []
    for subfolder, entry in (("bin", CONTAINERD.build(progress)), ("cni", CNI_PLUGINS.build(progress))):
        for name, digest in entry.digests.items():
            cache.place(entry, name, folder / subfolder / name)
            lines.append(f"{digest}  0755  {subfolder}/{name}\n")
    digest = hashlib.sha256(PLACEHOLDER.encode()).hexdigest()
    for name in ("kubeadm", "kubelet", "kubectl"):
        (folder / "bin" / name).write_text(PLACEHOLDER)
        lines.append(f"{digest}  0755  bin/{name}\n")
    (folder / MANIFEST).write_text("".join(sorted(lines)))
