"""Prepares a machine for kubeadm."""

from dataclasses import dataclass

import pulumi

from components.bootstrap import SCRIPTS
from components.bootstrap.render.kubelet import kubelet_config
from components.bootstrap.render.node_files import MODULES, node_files
from components.gpu.software import GpuSoftware, GpuSoftwareArgs
from components.machines.apt import filled
from components.machines.facts import Facts
from components.machines.firewall import MachineFirewall, MachineFirewallArgs
from components.machines.firewall_rules import FirewallArgs
from components.machines.machine import Machine
from components.network.routed import RoutedNetwork, routed_step
from components.ssh.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, select
from components.ssh.host import Host
from components.ssh.payload import MachineFile, payload
from settings.kubelet import KubeletSettings
from settings.sources import AptSource, BundleSource, NvidiaSource

BUNDLE_TARGET = "/var/lib/metalml/bundle"


@dataclass(frozen=True, kw_only=True)
class NodeArgs:
    """The machine, and what to install and configure on it."""

    machine: Machine
    facts: pulumi.Output[Facts]
    kubernetes_version: str
    pause_image: str
    source: AptSource | BundleSource
    firewall: FirewallArgs
    kubelet: KubeletSettings
    nvidia: NvidiaSource | None
    """APT sources for machines with GPUs. None: driver and toolkit are already installed."""
    routed: RoutedNetwork | None
    """None: a pod network that runs as pods (Calico)."""
    after: tuple[pulumi.Resource, ...]
    """The preflights of all machines."""


class Node(pulumi.ComponentResource):
    """Firewall, container runtime, kubelet and kernel settings of one machine; removed on destroy."""

    prepared: tuple[pulumi.Resource, ...]

    def __init__(self, name: str, args: NodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:Node", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        machine, source = args.machine, args.source
        minor = args.kubernetes_version.rpartition(".")[0]

        firewall = MachineFirewall(
            name, MachineFirewallArgs(machine=machine, rules=args.firewall, after=args.after), child
        )
        software: tuple[pulumi.Resource, ...] = (firewall.applied,)
        if isinstance(source, BundleSource):
            bundle = DeliveredFiles(
                f"{name}-bundle",
                DeliveredFilesArgs(
                    machine=machine.connection,
                    source=source.path,
                    target=BUNDLE_TARGET,
                    manifest=_delivered(source, machine.role),
                    after=args.after,
                ),
                child,
            )
            software += (bundle.delivery,)

        host = Host(connection=machine.connection, parent=self)
        prepare = host.step(
            "prepare",
            args.facts.apply(
                lambda facts: payload(
                    SCRIPTS / "prepare.sh",
                    node_files(facts, source, minor, args.pause_image),
                    _parameters(facts, source, args.kubernetes_version, machine.role),
                )
            ),
            clean="node",
            after=software,
        )
        kubelet = host.step(
            "kubelet",
            args.facts.apply(lambda facts: _kubelet_step(kubelet_config(args.kubelet, facts))),
            after=(prepare,),
        )
        self.prepared = (prepare, kubelet)
        if args.routed is not None and machine.pod_range is not None:
            step = routed_step(machine.pod_range, args.routed)
            self.prepared += (host.step("network", step, after=(prepare,)),)
        if machine.gpu:
            software_of_gpus = GpuSoftware(
                name,
                GpuSoftwareArgs(
                    machine=machine.connection, facts=args.facts, packages=args.nvidia, after=(prepare,)
                ),
                child,
            )
            self.prepared += (software_of_gpus.installed,)
        self.register_outputs({})


def _belongs_on(path: str, role: str) -> bool:
    """Programs go to all machines, images/control-plane.tar to control planes. Others: see ServedImages."""
    if path.startswith("images/"):
        return path == "images/node.tar" or (role == "control-plane" and path == "images/control-plane.tar")
    return True


def _delivered(source: BundleSource, role: str) -> str:
    return select(source.manifest, lambda path: _belongs_on(path, role))


def _kubelet_step(config: str) -> str:
    drop_in = MachineFile(path="/etc/kubernetes/kubelet.conf.d/20-metalml.conf", text=config)
    return payload(SCRIPTS / "kubelet.sh", (drop_in,))


def _parameters(facts: Facts, source: AptSource | BundleSource, version: str, role: str) -> dict[str, str]:
    common = {"IN_CONTAINER": "yes" if facts.container else "no", "MODULES": " ".join(MODULES)}
    if isinstance(source, BundleSource):
        # No script reads the digest: it makes another bundle another input, so that the step runs and
        # installs it.
        return {"NODE_SOURCE": "bundle", "BUNDLE": manifest_digest(_delivered(source, role))} | common
    minor = version.rpartition(".")[0]
    return {
        "NODE_SOURCE": "apt",
        **common,
        "KUBERNETES_VERSION": version,
        "KUBERNETES_KEY_URL": filled(source.kubernetes.key_url, minor, facts),
        "KUBERNETES_KEY_FINGERPRINT": source.kubernetes.key_fingerprint,
        "CONTAINERD_VERSION": source.containerd_version,
        "CONTAINERD_KEY_URL": filled(source.containerd.key_url, minor, facts),
        "CONTAINERD_KEY_FINGERPRINT": source.containerd.key_fingerprint,
    }
