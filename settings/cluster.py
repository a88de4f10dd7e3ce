"""The cluster: its version, addresses, network, firewall, and where its software comes from."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from components import versions
from settings.base import Items, Model, wrong
from settings.fields import DNS_NAME, Label, LocalPath, Network
from settings.kubelet import KubeletSettings
from settings.machines import LoginSettings
from settings.sources import AptSource, Source

KUBERNETES_VERSION = re.compile(r"1\.(?P<minor>\d+)\.\d+")


class PodNetwork(StrEnum):
    """How pods of different machines reach each other."""

    ROUTED = "routed"  # CNI bridge; the machines' network routes each podRange. No network policy.
    CALICO = "calico"  # VXLAN between the machines, network policy enforced; needs Calico's images


def _kubernetes_version(value: Any) -> str:
    match = KUBERNETES_VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match["minor"]) not in versions.KUBERNETES_MINORS:
        first, last = min(versions.KUBERNETES_MINORS), max(versions.KUBERNETES_MINORS)
        raise wrong(
            f"a full version from 1.{first}.0 to the newest 1.{last}, such as {versions.KUBERNETES}",
            "write all three numbers, without v and in quotes if YAML would read a number",
        )
    return value


def _endpoint(value: Any) -> str:
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not DNS_NAME.fullmatch(host) or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise wrong("host:port, where host is an IPv4 address or a DNS name, such as 10.77.0.11:6443")
    return value


class FirewallSettings(Model):
    """Who outside the cluster may reach which ports. Machines and pods of the cluster may anyway."""

    # SSH and the API server. Must contain the operator's computer: the firewall rolls itself back otherwise.
    admin_ranges: Items[Network] = ()
    # 30000-32767: the models and other NodePort Services. Empty: only the cluster itself.
    node_port_ranges: Items[Network] = ()
    # 10257 and 10259: metrics of controller manager and scheduler, for a Prometheus outside the cluster.
    scrape_ranges: Items[Network] = ()


class LocalMachinesSettings(Model):
    """What local machines share on this computer."""

    root: LocalPath = ".local/root"  # the root filesystem, built by local/machine
    network: Label = "metalml"  # the podman network that carries machineRange


class ClusterSettings(Model):
    """One Kubernetes cluster."""

    name: Label  # default: the stack's name without the layer
    kubernetes_version: Annotated[str, BeforeValidator(_kubernetes_version)] = versions.KUBERNETES
    # Where clients and nodes reach the API server; None: port 6443 of the first control plane.
    # Fixed at the first `kubeadm init`: a DNS name lets the control plane move later.
    endpoint: Annotated[str, BeforeValidator(_endpoint)] | None = None
    # The network that every machine stands in. Needed for local machines. None: servers that are far apart;
    # their firewalls name each other one by one, so that a new machine changes all of them.
    machine_range: Network | None = None
    # 10.96.0.0/16: inside kubeadm's own default, 65534 Services.
    service_range: Network = Field(default="10.96.0.0/16", validate_default=True)
    # 10.244.0.0/16: the usual range in kubeadm's documentation, 256 machines with a /24 each.
    pod_range: Network = Field(default="10.244.0.0/16", validate_default=True)
    network: PodNetwork = PodNetwork.CALICO
    # Bytes. Some providers' private networks carry less than 1500; VXLAN takes 50 of it.
    # None: the CNI takes it from the machine's interface. 1280 is IPv6's minimum, 9216 the usual jumbo frame.
    mtu: Annotated[int, Field(ge=1280, le=9216)] | None = None
    source: Source = AptSource(kind="apt")
    firewall: FirewallSettings = FirewallSettings()
    kubelet: KubeletSettings = KubeletSettings()
    machine_defaults: LoginSettings = LoginSettings()
    local_machines: LocalMachinesSettings = LocalMachinesSettings()

    @property
    def kubernetes_minor(self) -> str:
        """Such as 1.36: what apt repositories and version skew are about."""
        return self.kubernetes_version.rpartition(".")[0]
