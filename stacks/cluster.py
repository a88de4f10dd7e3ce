"""The cluster layer: machines -> preflight -> nodes -> control plane -> workers -> Ready."""

from dataclasses import dataclass

import pulumi

from components import versions
from components.bootstrap.control_plane import ControlPlane, ControlPlaneArgs
from components.bootstrap.node import Node, NodeArgs
from components.bootstrap.preflight import Preflight, PreflightArgs
from components.bootstrap.ready import ReadyNode, ReadyNodeArgs
from components.bootstrap.render.kubeadm import ClusterArgs
from components.bootstrap.served_images import (
    EVERYWHERE_FOLDER,
    SERVED_FOLDER,
    ServedImages,
    ServedImagesArgs,
    images_in,
)
from components.bootstrap.worker import Worker, WorkerArgs
from components.machines.facts import Facts
from components.machines.machine import Machine
from settings import PodNetwork, Settings
from settings.sources import AptSource, BundleSource
from stacks.kubernetes import kubernetes_provider
from stacks.machines import firewall_of, machine_of
from stacks.outputs import ClusterOutputs
from stacks.pod_network import install_pod_network, routed


@dataclass(frozen=True, kw_only=True)
class PreparedMachines:
    """Machines that are ready for kubeadm; all mappings are by the machine's name."""

    source: AptSource | BundleSource
    machines: dict[str, Machine]
    facts: dict[str, pulumi.Output[Facts]]
    nodes: dict[str, Node]


def build(settings: Settings) -> ClusterOutputs:
    """Bootstrap a cluster on the settings' machines: existing servers, or local machines that it creates."""
    cluster = settings.cluster
    prepared = prepare(settings)
    source, machines, nodes = prepared.source, prepared.machines, prepared.nodes

    first = machines[settings.control_planes[0].name]
    control_plane = ControlPlane(
        first.name,
        ControlPlaneArgs(
            machine=first,
            facts=prepared.facts[first.name],
            cluster=_cluster(settings),
            after=nodes[first.name].prepared,
        ),
    )
    joined: dict[str, tuple[pulumi.Resource, ...]] = {first.name: (control_plane.initialised,)}
    for given in settings.workers:
        worker = Worker(
            given.name,
            WorkerArgs(
                machine=machines[given.name],
                facts=prepared.facts[given.name],
                endpoint=settings.api_endpoint,
                control_plane=first,
                after=(*nodes[given.name].prepared, control_plane.initialised),
            ),
        )
        joined[given.name] = (worker.joined,)
    kubernetes = kubernetes_provider(cluster.name, control_plane.kubeconfig)
    network = install_pod_network(settings, kubernetes, control_plane.kubeconfig)
    used: list[pulumi.Resource] = [
        ReadyNode(
            name, ReadyNodeArgs(machine=machine, control_plane=first, after=(*joined[name], *network))
        ).reached
        for name, machine in machines.items()
    ]
    if isinstance(source, BundleSource):
        used += _served_images(settings, prepared, source, control_plane)
    return ClusterOutputs(
        cluster_name=cluster.name,
        api_endpoint=settings.api_endpoint,
        kubeconfig=control_plane.kubeconfig,
        kubernetes_version=cluster.kubernetes_version,
        machines=machines,
        kubernetes=kubernetes,
        # Without the pod network: each ReadyNode depends on it.
        ready=tuple(used),
    )


def _served_images(
    settings: Settings,
    prepared: PreparedMachines,
    source: BundleSource,
    control_plane: ControlPlane,
) -> list[pulumi.Resource]:
    """Import the bundle's images of pods on each machine; on control planes only those that run on all nodes.

    Workers import while `kubeadm init` runs, when they are idle; control planes import after it.
    """
    folders = {given.name: (SERVED_FOLDER, EVERYWHERE_FOLDER) for given in settings.workers}
    after = {given.name: prepared.nodes[given.name].prepared for given in settings.workers}
    if images_in(source, (EVERYWHERE_FOLDER,)):
        folders |= {given.name: (EVERYWHERE_FOLDER,) for given in settings.control_planes}
        after |= {given.name: (control_plane.initialised,) for given in settings.control_planes}
    return [
        ServedImages(
            name,
            ServedImagesArgs(
                machine=prepared.machines[name].connection,
                source=source,
                folders=wanted,
                after=after[name],
            ),
        ).loaded
        for name, wanted in folders.items()
    ]


def prepare(settings: Settings) -> PreparedMachines:
    """Create local machines, run the preflight on all machines, and prepare each for kubeadm."""
    cluster = settings.cluster
    source = cluster.source
    machines = {given.name: machine_of(settings, given) for given in settings.machines}
    preflights = {
        name: Preflight(
            name, PreflightArgs(machine=machine, cluster=cluster.name, source=cluster.source.kind)
        )
        for name, machine in machines.items()
    }
    # No machine changes before the preflight has passed on every machine.
    checked = tuple(preflight.check for preflight in preflights.values())
    facts = {name: preflight.facts for name, preflight in preflights.items()}
    nodes = {
        name: Node(
            name,
            NodeArgs(
                machine=machine,
                facts=facts[name],
                kubernetes_version=cluster.kubernetes_version,
                pause_image=f"registry.k8s.io/pause:{versions.PAUSE}",
                source=source,
                firewall=firewall_of(settings),
                kubelet=cluster.kubelet,
                nvidia=None if isinstance(source, BundleSource) else source.nvidia,
                routed=routed(settings),
                after=checked,
            ),
        )
        for name, machine in machines.items()
    }
    return PreparedMachines(source=source, machines=machines, facts=facts, nodes=nodes)


def _cluster(settings: Settings) -> ClusterArgs:
    cluster = settings.cluster
    bundled = cluster.source.kind == "bundle"
    return ClusterArgs(
        name=cluster.name,
        kubernetes_version=cluster.kubernetes_version,
        endpoint=settings.api_endpoint,
        pod_range=str(cluster.pod_range),
        service_range=str(cluster.service_range),
        routed=cluster.network is PodNetwork.ROUTED,
        scraped=bool(cluster.firewall.scrape_ranges),
        # The bundle has its own builds of these images; their tags differ from kubeadm's defaults.
        dns_image_tag=f"v{versions.COREDNS}" if bundled else None,
        etcd_image_tag=f"{versions.ETCD}-0" if bundled else None,
    )
