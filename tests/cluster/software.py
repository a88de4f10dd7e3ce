"""What the machines of tests stand on and get: root filesystem and bundle, from the caches of `make up`."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local import cache
from local.bundle.images import control_plane_images, node_images
from local.bundle.make import Part
from local.bundle.modules import CNI_PLUGINS, CONTAINERD, KUBERNETES
from local.machine.root import ARCHIVE, build_root, unpack
from local.progress import Progress

PREFIX = "test-"
LOCK = "lock"
# Of those who make such a folder or clear up what is left of one: a new one has no lock of its own yet.
MAKING = "test.lock"


@dataclass(frozen=True, kw_only=True)
class Software:
    """Folders of this test run."""

    folder: Path
    root: Path
    bundle: Path
    key_file: Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock `path`; BlockingIOError when somebody else does."""
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextmanager
def software() -> Iterator[Software]:
    """Build what the caches lack and lay it out in a folder that goes at the end."""
    progress = Progress(sys.stderr)
    # Beside the caches: hard links need the same filesystem.
    place = cache.cache_root()
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with open(place / MAKING, "w") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            for left in place.glob(f"{PREFIX}*"):
                # Its lock is free: the run that made it was killed.
                with suppress(OSError), alone(left / LOCK):
                    shutil.rmtree(left, ignore_errors=True)
            made_in = TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True)
            folder = Path(held.enter_context(made_in))
            held.enter_context(alone(folder / LOCK))
        made = Software(
            folder=folder, root=folder / "root", bundle=folder / "bundle", key_file=folder / "id_ed25519"
        )
        archive = build_root(progress)
        unpack(archive.path(ARCHIVE), made.root)
        _bundle(progress, archive, made.bundle)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.key_file], check=True)
        yield made


def _bundle(progress: Progress, root: cache.Entry, folder: Path) -> None:
    """The bundle without the model server: these tests end where the cluster is ready."""
    containerd, plugins = CONTAINERD.build(progress), CNI_PLUGINS.build(progress)
    parts = [
        Part(folder="bin", entry=KUBERNETES.build(progress), names=("kubeadm", "kubelet", "kubectl")),
        Part(folder="bin", entry=containerd, names=tuple(containerd.digests)),
        Part(folder="cni", entry=plugins, names=tuple(plugins.digests)),
        Part(folder="images", entry=control_plane_images(progress), names=("control-plane.tar",)),
        Part(folder="images", entry=node_images(progress, root), names=("node.tar",)),
    ]
    lines = []
    for part in parts:
        for name in part.names:
            cache.place(part.entry, name, folder / part.folder / name)
            mode = "0755" if part.folder != "images" else "0644"
            lines.append(f"{part.entry.digests[name]}  {mode}  {part.folder}/{name}\n")
    (folder / "MANIFEST").write_text("".join(sorted(lines)))
