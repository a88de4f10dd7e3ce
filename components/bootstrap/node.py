"""A machine made ready for kubeadm."""

from dataclasses import dataclass

import pulumi

from components.bootstrap.facts import Facts
from components.bootstrap.operator import operator_command
from components.bootstrap.render.kubelet import KubeletArgs, kubelet_config
from components.bootstrap.render.network import cni_config, pod_egress
from components.bootstrap.render.node_files import MODULES, AptSource, BundleSource, filled, node_files
from components.bootstrap.render.payload import MachineFile, payload, static_file
from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, select
from components.gpu.software import GpuSoftware, GpuSoftwareArgs, NvidiaPackages
from components.machines.firewall import MachineFirewall, MachineFirewallArgs
from components.machines.firewall_rules import FirewallArgs
from components.machines.machine import Machine

BUNDLE_TARGET = "/var/lib/metalml/bundle"


@dataclass(frozen=True, kw_only=True)
class RoutedNetwork:
    """The pod network `routed`: every machine's pods are in its own range."""

    inside: tuple[str, ...]
    """Ranges in which pods keep their own address: pods, Services, machines."""
    mtu: int | None


@dataclass(frozen=True, kw_only=True)
class NodeArgs:
    """What a node is prepared with."""

    machine: Machine
    facts: pulumi.Output[Facts]
    kubernetes_version: str
    pause_image: str
    source: AptSource | BundleSource
    firewall: FirewallArgs
    kubelet: KubeletArgs
    nvidia: NvidiaPackages | None
    """For machines with GPUs. None: they bring driver and toolkit with them."""
    routed: RoutedNetwork | None
    """None: a pod network that installs itself as pods (Calico)."""
    after: tuple[pulumi.Resource, ...]
    """The preflights of all machines."""


class Node(pulumi.ComponentResource):
    """Firewall, software and settings of one machine; taken off again with the resource."""

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

        prepare = operator_command(
            f"{name}-prepare",
            "step.sh prepare",
            machine.connection,
            parent=self,
            payload=args.facts.apply(
                lambda facts: payload(
                    "prepare.sh",
                    node_files(facts, source, minor, args.pause_image),
                    _parameters(facts, source, args.kubernetes_version, machine.role),
                )
            ),
            delete="step.sh --clean node",
            after=software,
        )
        kubelet = operator_command(
            f"{name}-kubelet",
            "step.sh kubelet",
            machine.connection,
            parent=self,
            payload=args.facts.apply(
                lambda facts: payload(
                    "kubelet.sh",
                    (
                        MachineFile(
                            path="/etc/kubernetes/kubelet.conf.d/20-metalml.conf",
                            text=kubelet_config(args.kubelet, facts),
                        ),
                    ),
                )
            ),
            after=(prepare,),
        )
        self.prepared = (prepare, kubelet)
        if args.routed is not None and machine.pod_range is not None:
            network = operator_command(
                f"{name}-network",
                "step.sh network",
                machine.connection,
                parent=self,
                payload=payload("network.sh", _routed_files(machine.pod_range, args.routed)),
                after=(prepare,),
            )
            self.prepared += (network,)
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
    """Programs go everywhere, the control plane's images only there; served images come later."""
    if path.startswith("images/"):
        return path == "images/node.tar" or (role == "control-plane" and path == "images/control-plane.tar")
    return True


def _delivered(source: BundleSource, role: str) -> str:
    return select(source.manifest, lambda path: _belongs_on(path, role))


def _parameters(facts: Facts, source: AptSource | BundleSource, version: str, role: str) -> dict[str, str]:
    common = {"IN_CONTAINER": "yes" if facts.container else "no", "MODULES": " ".join(MODULES)}
    if isinstance(source, BundleSource):
        # The digest is for nobody to read: another bundle is another step, so what it brings gets installed.
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


def _routed_files(pod_range: str, network: RoutedNetwork) -> tuple[MachineFile, ...]:
    unit = "metalml-pod-egress.service"
    return (
        MachineFile(path="/etc/cni/net.d/10-metalml.conflist", text=cni_config(pod_range, network.mtu)),
        MachineFile(path="/etc/metalml/pod-egress.nft", text=pod_egress(pod_range, network.inside)),
        MachineFile(path=f"/etc/systemd/system/{unit}", text=static_file(unit)),
    )
