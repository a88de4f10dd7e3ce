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

    ROUTED = "routed"
    """CNI bridge, no overlay: your network routes each machine's `podRange`.

    Nobody enforces network policies.
    """
    CALICO = "calico"
    """VXLAN between the machines; network policies are enforced. Needs Calico's images."""


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

    admin_ranges: Items[Network] = ()
    """Who reaches SSH and the API server.

    Must contain the operator's computer: the firewall rolls itself back otherwise. One or more, and not
    `0.0.0.0/0`.
    """

    node_port_ranges: Items[Network] = ()
    """Who reaches ports 30000 to 32767: models and other NodePort Services. `0.0.0.0/0` makes them public.

    Empty: only the cluster itself.
    """

    scrape_ranges: Items[Network] = ()
    """Where a Prometheus is, outside the cluster or in it: with `platform.monitoring` the pods' range.

    It reads metrics of etcd (port 2381), machines (9100), controller manager (10257) and scheduler (10259).
    With `network: calico` the machines' range is needed, too. Empty: these ports are closed.
    """


class LocalMachinesSettings(Model):
    """What local machines share on this computer."""

    root: LocalPath = ".local/root"
    """Their root filesystem, which `make up` builds."""

    network: Label = "metalml"
    """The podman network that carries `machineRange`."""


class ClusterSettings(Model):
    """One Kubernetes cluster."""

    name: Label
    """Name of the cluster, in its kubeconfig and in the identity of every object; never change it.

    Default: the stack's name without its layer, `prod` for `prod-cluster`.
    """

    kubernetes_version: Annotated[str, BeforeValidator(_kubernetes_version)] = versions.KUBERNETES
    """Version of Kubernetes.

    Raise it by one minor at a time; kubelets may be three minors older than the API server.
    """

    endpoint: Annotated[str, BeforeValidator(_endpoint)] | None = None
    """Where nodes and clients reach the API server.

    The first `kubeadm init` fixes it, in every certificate and kubeconfig: a DNS name lets the control plane
    move later. `null`: port 6443 of the control plane's address.
    """

    machine_range: Network | None = None
    """The network that every machine stands in; local machines need it.

    `null`: the machines are far apart, and their firewalls name each other one by one, so that a new machine
    changes all of them.
    """

    # Inside kubeadm's own default.
    service_range: Network = Field(default="10.96.0.0/16", validate_default=True)
    """Addresses of Services, from `/12` to `/28`; the default has room for 65534.

    It shares no address with the other ranges, nor with anything that the machines talk to.
    """

    # The usual range in kubeadm's documentation.
    pod_range: Network = Field(default="10.244.0.0/16", validate_default=True)
    """Addresses of pods; the default has room for 256 machines with a `/24` each.

    It shares no address with the other ranges, nor with anything that the machines talk to.
    """

    network: PodNetwork = PodNetwork.CALICO
    """How pods of different machines reach each other."""

    # 1280 is IPv6's minimum, 9216 the usual jumbo frame.
    mtu: Annotated[int, Field(ge=1280, le=9216)] | None = None
    """MTU of the network between the machines, in bytes.

    Some providers' private networks carry less than 1500; Calico's VXLAN takes 50 of it. `null`: the CNI
    takes it from the machine's interface.
    """

    source: Source = AptSource(kind="apt")
    """Where the nodes' software comes from."""

    firewall: FirewallSettings = FirewallSettings()
    """Who outside the cluster reaches which ports of the machines (docs/firewall.md)."""

    kubelet: KubeletSettings = KubeletSettings()
    """What the kubelet of every node reserves, evicts, collects and logs."""

    machine_defaults: LoginSettings = LoginSettings()
    """How SSH reaches the machines that do not say it themselves."""

    local_machines: LocalMachinesSettings = LocalMachinesSettings()
    """What machines with `provider: local` share."""

    @property
    def kubernetes_minor(self) -> str:
        """Such as 1.36: what apt repositories and version skew are about."""
        return self.kubernetes_version.rpartition(".")[0]
