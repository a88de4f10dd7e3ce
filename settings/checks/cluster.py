"""Rules about the cluster's own settings."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import is_file, known, mistake, present
from settings.cluster import PodNetwork
from settings.errors import Mistake
from settings.paths import at
from settings.sources import BundleSource
from settings.stack import API_SERVER_PORT, Settings

# Calico's default block is a /26.
CALICO_BLOCK = 64


def bundle_is_there(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """Found now, a missing bundle costs nothing; found later, machines are half prepared."""
    source = settings.cluster.source
    if not isinstance(source, BundleSource) or not known(source.path):
        return
    if not is_file(directory / Path(source.path).expanduser() / "MANIFEST"):
        yield mistake(
            at.cluster.source.path,
            f"{source.path}, which has no MANIFEST",
            "a directory that the bundle was built into",
            "correct the path; for dev, `make up` builds the bundle",
        )


def image_collection(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The kubelet does not start when it would stop collecting above where it starts."""
    high, low = settings.cluster.kubelet.image_gc_high_percent, settings.cluster.kubelet.image_gc_low_percent
    if present(high, low) and low >= high:
        yield mistake(
            at.cluster.kubelet.image_gc_low_percent,
            f"{low}, with imageGcHighPercent {high}",
            "less than imageGcHighPercent",
            "lower it: images are collected from the high mark down to the low one",
        )


def endpoint_of_the_control_plane(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Nodes would wait for an API server where there is none; the address is fixed at the first init."""
    endpoint, planes = settings.cluster.endpoint, settings.control_planes
    if endpoint is None or not known(endpoint) or len(planes) != 1 or not known(planes[0].address):
        return
    host, _colon, port = endpoint.rpartition(":")
    others = {str(machine.address): machine.name for machine in settings.workers if known(machine.address)}
    if host == str(planes[0].address):
        if int(port) != API_SERVER_PORT:
            yield mistake(
                at.cluster.endpoint,
                f"{endpoint}, the address of {planes[0].name} itself",
                f"port {API_SERVER_PORT}, where its API server listens",
                "correct the port; another one needs something in front that forwards it",
            )
    elif host in others:
        yield mistake(
            at.cluster.endpoint,
            f"{endpoint}, the address of {others[host]}, a worker",
            "an address or name that leads to the control plane",
            "leave it out for the control plane's own address",
        )


def calico_blocks(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Calico gives addresses to machines in blocks; a machine without one starts no pod."""
    cluster = settings.cluster
    if not known(cluster.pod_range, cluster.network) or cluster.network is not PodNetwork.CALICO:
        return
    blocks, machines = cluster.pod_range.num_addresses // CALICO_BLOCK, len(settings.machines)
    if blocks < machines:
        yield mistake(
            at.cluster.pod_range,
            f"{cluster.pod_range}, room for {blocks} blocks of {CALICO_BLOCK} addresses",
            f"a block for each of the {machines} machines",
            "choose a larger range",
        )


CHECKS = (bundle_is_there, image_collection, endpoint_of_the_control_plane, calico_blocks)
