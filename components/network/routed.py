"""The pod network `routed`: the machines' network leads to each machine's pods."""

import json
from dataclasses import dataclass
from pathlib import Path

from components.ssh.payload import MachineFile, payload

SCRIPT = Path(__file__).parent / "scripts/network.sh"
UNIT = Path(__file__).parent / "files/metalml-pod-egress.service"

CNI_VERSION = "1.0.0"  # spoken by every kubelet and plugin since 2021


@dataclass(frozen=True, kw_only=True)
class RoutedNetwork:
    """The pod network `routed`: every machine's pods are in its own range."""

    inside: tuple[str, ...]
    """Ranges in which pods keep their own address: pods, Services, machines."""
    mtu: int | None


def routed_step(pod_range: str, network: RoutedNetwork) -> str:
    """The whole step for a machine whose pods have this range."""
    files = (
        MachineFile(path="/etc/cni/net.d/10-metalml.conflist", text=cni_config(pod_range, network.mtu)),
        MachineFile(path="/etc/metalml/pod-egress.nft", text=pod_egress(pod_range, network.inside)),
        MachineFile(path=f"/etc/systemd/system/{UNIT.name}", text=UNIT.read_text()),
    )
    return payload(SCRIPT, files)


def cni_config(pod_range: str, mtu: int | None) -> str:
    """Pods of this machine hang on one bridge and get addresses of the machine's own range."""
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        # Not here: it would hide a pod's address from the pods of other machines. See pod_egress.
        "ipMasq": False,
        # A pod that asks its own Service may be given itself.
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
    """What pods send outside the cluster leaves under the machine's address; inside, addresses stay.

    `pod_range` is the machine's own, `inside` the ranges of pods, Services and machines.
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
