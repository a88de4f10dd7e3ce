"""The Installation object: what Calico's operator is asked to build."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import CustomTimeouts, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

# The operator looks for this name only.
INSTALLATION_NAME = "default"
# What VXLAN over IPv4 puts around each packet: 14 Ethernet, 20 IP, 8 UDP, 8 VXLAN.
VXLAN_BYTES = 50
# Addresses are handed to nodes in blocks of 64, Calico's own default.
BLOCK_PREFIX = 26


@dataclass(frozen=True, kw_only=True)
class InstallationSpec:
    """The choices that a pod network over rented servers needs; the rest is Calico's default."""

    pod_range: str
    """Must be the range that kubeadm was told, or nodes and pods disagree about which addresses are pods'."""
    machine_range: str | None = None
    """Network of the machines. None takes each node's own InternalIP, for servers that stand far apart."""
    machine_mtu: int | None = None
    """MTU of the network between the machines; pods get what VXLAN leaves. None lets Calico find it."""

    def __post_init__(self) -> None:
        pods = ipaddress.IPv4Network(self.pod_range)
        if pods.prefixlen > BLOCK_PREFIX:
            raise ValueError(
                f"pod_range {self.pod_range} is smaller than one block (/{BLOCK_PREFIX}) of one node"
            )
        if self.machine_range is not None:
            machines = ipaddress.IPv4Network(self.machine_range)
            if machines.overlaps(pods):
                raise ValueError(
                    f"machine_range {self.machine_range} and pod_range {self.pod_range} overlap; "
                    "Calico would take machines for pods"
                )

    def to_wire(self) -> Mapping[str, Any]:
        """The `spec` as `operator.tigera.io/v1` spells it."""
        network: dict[str, Any] = {
            # As kube-proxy's `mode: nftables`: with both mechanisms nobody can tell whose rules come first.
            "linuxDataplane": "Nftables",
            # VXLAN needs nothing of the network but UDP; providers seldom peer BGP with their guests.
            "bgp": "Disabled",
            "ipPools": [
                {
                    "name": "default-ipv4-ippool",
                    "cidr": self.pod_range,
                    "blockSize": BLOCK_PREFIX,
                    # Not VXLANCrossSubnet: many providers drop pods' packets inside one subnet, too.
                    "encapsulation": "VXLAN",
                    "natOutgoing": "Enabled",
                    "nodeSelector": "all()",
                }
            ],
            # "First found" takes whatever interface comes first, on rented servers often the wrong one.
            "nodeAddressAutodetectionV4": (
                {"cidrs": [self.machine_range]} if self.machine_range else {"kubernetes": "NodeInternalIP"}
            ),
        }
        if self.machine_mtu is not None:
            network["mtu"] = self.machine_mtu - VXLAN_BYTES
        return {
            "variant": "Calico",
            "cni": {"type": "Calico", "ipam": {"type": "Calico"}},
            "calicoNetwork": network,
        }


class Installation(CustomResource):
    """`operator.tigera.io/v1` Installation, awaited until the operator says that the network is ready."""

    def __init__(self, resource_name: str, spec: InstallationSpec, opts: ResourceOptions) -> None:
        super().__init__(
            resource_name,
            api_version="operator.tigera.io/v1",
            kind="Installation",
            metadata=ObjectMetaArgs(
                name=INSTALLATION_NAME,
                # Objects of this kind are not waited for unless they say what to wait for.
                annotations={"pulumi.com/waitFor": "condition=Ready"},
            ),
            spec=spec.to_wire(),
            opts=ResourceOptions.merge(
                # Every node pulls the images once; a deletion takes the network down node by node.
                ResourceOptions(custom_timeouts=CustomTimeouts(create="15m", update="15m", delete="10m")),
                opts,
            ),
        )
