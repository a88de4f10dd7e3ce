"""Which images the bundle carries, under the names that kubeadm and our settings ask for."""

import tempfile
from pathlib import Path

from components.versions import PAUSE
from local import cache
from local.bundle import archive
from local.bundle.archive import Image
from local.bundle.modules import COREDNS, COREDNS_VERSION, ETCD, ETCD_VERSION, KUBERNETES, KUBERNETES_VERSION
from local.bundle.packet_tools import packet_tools
from local.bundle.pause import build_pause
from local.machine.root import ARCHIVE, unpack
from local.progress import Progress

REGISTRY = "registry.k8s.io"
# Bump to rebuild all images when the code that writes them changes their content.
LAYOUT = "2"


def image_of_program(
    entry: cache.Entry, name: str, reference: str, where: str = "/usr/local/bin", user: str = ""
) -> Image:
    """An image with one static program of a cache entry, which is what it runs."""
    path = f"{where.rstrip('/')}/{name}"
    return Image(reference=reference, files={path: entry.path(name)}, links={}, entrypoint=(path,), user=user)


def control_plane_images(progress: Progress) -> cache.Entry:
    """`control-plane.tar`: API server, controller manager, scheduler, etcd."""
    kubernetes, etcd = KUBERNETES.build(progress), ETCD.build(progress)
    images = [
        *(
            image_of_program(kubernetes, name, f"{REGISTRY}/{name}:v{KUBERNETES_VERSION}")
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
        image_of_program(etcd, "etcd", f"{REGISTRY}/etcd:{ETCD_VERSION}-0"),
    ]
    key = cache.key_of(LAYOUT, kubernetes.digest, etcd.digest)
    return archive_of(progress, "control-plane", "Images of the control plane", key, images)


def node_images(progress: Progress, root: cache.Entry) -> cache.Entry:
    """`node.tar`: kube-proxy, CoreDNS, pause."""
    kubernetes, coredns, pause = KUBERNETES.build(progress), COREDNS.build(progress), build_pause(progress)
    key = cache.key_of(LAYOUT, kubernetes.digest, coredns.digest, pause.digest, root.digest)
    entry = cache.find("images", key)
    if entry:
        return entry
    with tempfile.TemporaryDirectory(prefix="metalml-root-") as folder:
        unpack(root.path(ARCHIVE), Path(folder))
        files, links = packet_tools(Path(folder))
        proxy = Image(
            reference=f"{REGISTRY}/kube-proxy:v{KUBERNETES_VERSION}",
            files={**files, "/usr/local/bin/kube-proxy": kubernetes.path("kube-proxy")},
            links=links,
            entrypoint=("/usr/local/bin/kube-proxy",),
        )
        images = [
            proxy,
            image_of_program(coredns, "coredns", f"{REGISTRY}/coredns/coredns:v{COREDNS_VERSION}", where="/"),
            # Nobody: the process does nothing but wait.
            image_of_program(pause, "pause", f"{REGISTRY}/pause:{PAUSE}", where="/", user="65535:65535"),
        ]
        return archive_of(progress, "node", "Images of every node", key, images)


def archive_of(progress: Progress, name: str, title: str, key: str, images: list[Image]) -> cache.Entry:
    """The cache entry with `<name>.tar` of these images, written now if there is none for the key."""
    entry = cache.find("images", key)
    if entry:
        return entry
    with progress.step(f"images-{name}", title):
        return cache.build("images", key, lambda target: archive.write(images, target / f"{name}.tar"))
