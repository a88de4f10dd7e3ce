"""The cluster layer: machines -> preflight -> nodes -> control plane -> workers -> Ready."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes

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
from components.gpu.node_marks import TAINT, gpu_labels
from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from components.machines.facts import Facts
from components.machines.firewall_rules import FirewallArgs
from components.machines.local import LocalMachine, LocalMachineArgs
from components.machines.machine import Machine
from components.network.calico import RELEASE, Calico, CalicoArgs, calico_definitions
from components.network.calico_installation import InstallationSpec
from components.network.routed import RoutedNetwork
from components.ssh.connection import Connection
from settings import MachineSettings, PodNetwork, Provider, Settings, sources
from settings.sources import AptSource, BundleSource, NvidiaSource
from stacks.kubernetes import kubernetes_provider
from stacks.outputs import ClusterOutputs


@dataclass(frozen=True, kw_only=True)
class PreparedMachines:
    """Machines that are ready for kubeadm; every table is by the machine's name."""

    source: AptSource | BundleSource
    machines: dict[str, Machine]
    facts: dict[str, pulumi.Output[Facts]]
    nodes: dict[str, Node]


def build(settings: Settings) -> ClusterOutputs:
    """Makes or takes the machines of the settings and turns them into a cluster."""
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
    network = _network(settings, kubernetes, control_plane.kubeconfig)
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
        # The network is not named: every node has waited for it.
        ready=tuple(used),
    )


def _served_images(
    settings: Settings,
    prepared: PreparedMachines,
    source: BundleSource,
    control_plane: ControlPlane,
) -> list[pulumi.Resource]:
    """What pods run on each machine, loaded; a control plane gets what runs everywhere, if there is any.

    A worker has nothing else to do while its control plane begins; that begins first.
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
    """Makes or takes the machines, looks at all of them, and brings each to where kubeadm can start."""
    cluster = settings.cluster
    source = cluster.source
    machines = {given.name: _machine(settings, given) for given in settings.machines}
    preflights = {
        name: Preflight(
            name, PreflightArgs(machine=machine, cluster=cluster.name, source=cluster.source.kind)
        )
        for name, machine in machines.items()
    }
    # Nothing is changed on any machine before every machine has been looked at.
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
                firewall=_firewall(settings),
                kubelet=cluster.kubelet,
                nvidia=_nvidia(source),
                routed=_routed(settings),
                after=checked,
            ),
        )
        for name, machine in machines.items()
    }
    return PreparedMachines(source=source, machines=machines, facts=facts, nodes=nodes)


def _machine(settings: Settings, given: MachineSettings) -> Machine:
    cluster = settings.cluster
    address = str(given.address)
    pod_range = None if given.pod_range is None else str(given.pod_range)
    host_key: pulumi.Input[str] = given.host_key or ""
    made_by: tuple[pulumi.Resource, ...] = ()
    if given.provider is Provider.LOCAL:
        local = LocalMachine(
            given.name,
            LocalMachineArgs(
                cluster=cluster.name,
                address=address,
                pod_range=pod_range,
                root=cluster.local_machines.root,
                network=cluster.local_machines.network,
                machine_range=str(cluster.machine_range),
                public_key_of=given.private_key_file or "",
            ),
        )
        host_key, made_by = local.host_key.apply(str.strip), (local.container,)
    return Machine(
        connection=Connection(
            name=given.name,
            address=address,
            ssh_port=given.ssh_port,
            user=given.user,
            private_key_file=given.private_key_file or "",
            host_key=host_key,
            made_by=made_by,
        ),
        role=given.role.value,
        address=address,
        ssh_port=given.ssh_port,
        gpu=given.gpu is not None,
        labels=_labels(given),
        taints=_taints(given),
        pod_range=pod_range,
    )


def _labels(given: MachineSettings) -> dict[str, str]:
    return given.labels if given.gpu is None else gpu_labels(given.gpu) | given.labels


def _taints(given: MachineSettings) -> tuple[tuple[str, str, str], ...]:
    taints = tuple((taint.key, taint.value, taint.effect.value) for taint in given.taints)
    # The same key and effect twice is refused by the API server; the one in the settings is meant.
    named = any((key, effect) == (TAINT[0], TAINT[2]) for key, _, effect in taints)
    return taints if given.gpu is None or not given.gpu.dedicated or named else (*taints, TAINT)


def _nvidia(source: sources.Source) -> NvidiaSource | None:
    return None if isinstance(source, BundleSource) else source.nvidia


def _firewall(settings: Settings) -> FirewallArgs:
    cluster = settings.cluster
    rules = cluster.firewall
    machines = (
        (str(cluster.machine_range),)
        if cluster.machine_range is not None
        else tuple(f"{machine.address}/32" for machine in settings.machines)
    )
    return FirewallArgs(
        admins=tuple(map(str, rules.admin_ranges)),
        node_port_clients=tuple(map(str, rules.node_port_ranges)),
        scrapers=tuple(map(str, rules.scrape_ranges)),
        machines=machines,
        control_planes=tuple(f"{machine.address}/32" for machine in settings.control_planes),
        pods=str(cluster.pod_range),
        vxlan=cluster.network is PodNetwork.CALICO,
    )


def _routed(settings: Settings) -> RoutedNetwork | None:
    cluster = settings.cluster
    if cluster.network is not PodNetwork.ROUTED:
        return None
    machines = _firewall(settings).machines
    return RoutedNetwork(
        inside=(str(cluster.pod_range), str(cluster.service_range), *machines), mtu=cluster.mtu
    )


def _network(
    settings: Settings, kubernetes: pulumi_kubernetes.Provider, kubeconfig: pulumi.Output[str]
) -> tuple[pulumi.Resource, ...]:
    """The pod network that installs itself as pods.

    It waits for the API server only, so that one worker which cannot join keeps no other from being Ready.
    """
    cluster = settings.cluster
    if cluster.network is not PodNetwork.CALICO:
        return ()
    kinds = calico_definitions(release_cache())
    calico = Calico(
        "calico",
        CalicoArgs(
            installation=InstallationSpec(
                pod_range=str(cluster.pod_range),
                machine_range=None if cluster.machine_range is None else str(cluster.machine_range),
                machine_mtu=cluster.mtu,
            ),
            operator_image=settings.image("tigera-operator"),
            definitions=Definitions(
                release=RELEASE,
                objects=kinds,
                # Its own programs make nearly all of them, and without the network they are for nothing.
                internal=[kind["metadata"]["name"] for kind in kinds],
                kubeconfig=kubeconfig,
            ),
        ),
        pulumi.ResourceOptions(provider=kubernetes),
    )
    return (calico,)


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
        # The bundle's images are what was built, not what kubeadm would have pulled.
        dns_image_tag=f"v{versions.COREDNS}" if bundled else None,
        etcd_image_tag=f"{versions.ETCD}-0" if bundled else None,
    )
