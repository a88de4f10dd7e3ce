"""The pod network `routed`: the machines' network routes each pod CIDR to its machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from components.ssh.payload import MachineFile, payload

SCRIPT = Path(__file__).parent / "scripts/network.sh"
UNIT = Path(__file__).parent / "files/metalml-pod-egress.service"

CNI_VERSION = "1.0.0"  # supported by all container runtimes and CNI plugins since 2021


@dataclass(frozen=True, kw_only=True)
class RoutedNetwork:
    """The pod network `routed`, in which each machine has a pod CIDR."""

    inside: tuple[str, ...]
    """CIDRs of pods, Services and machines: destinations without masquerading."""
    mtu: int | None
    """MTU in bytes of the pods' interfaces. None: the CNI plugin's default."""


def routed_step(pod_range: str, network: RoutedNetwork) -> str:
    """The payload of the network step for a machine with this pod CIDR."""
    files = (
        MachineFile(path="/etc/cni/net.d/10-metalml.conflist", text=cni_config(pod_range, network.mtu)),
        MachineFile(path="/etc/metalml/pod-egress.nft", text=pod_egress(pod_range, network.inside)),
        MachineFile(path=f"/etc/systemd/system/{UNIT.name}", text=UNIT.read_text()),
    )
    return payload(SCRIPT, files)


def cni_config(pod_range: str, mtu: int | None) -> str:
    """The CNI configuration: pods are on one bridge and get addresses from the machine's pod CIDR."""
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        # It would also masquerade traffic to pods on other machines. See pod_egress.
        "ipMasq": False,
        # A Service may route a pod's request back to the same pod.
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": pod_range}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    if mtu is not None:
        bridge["mtu"] = mtu
    plugins = [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}]
    return json.dumps({"cniVersion": CNI_VERSION, "name": "metalml", "plugins": plugins}, indent=2) + "\n"


def pod_egress(pod_range: str, inside: tuple[str, ...]) -> str:
    """The nftables ruleset that masquerades pod traffic to destinations outside the cluster.

    `pod_range` is the machine's pod CIDR, `inside` the CIDRs of pods, Services and machines.
    """
    return f"""\
table ip metalml_pods
delete table ip metalml_pods
table ip metalml_pods {{
  chain egress {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {pod_range} ip daddr != {{ {", ".join(inside)} }} masquerade
  }}
}}
"""
