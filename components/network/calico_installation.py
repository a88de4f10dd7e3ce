"""The Installation custom resource, which configures Calico."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import CustomTimeouts, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

# The operator reconciles only an Installation with this name.
INSTALLATION_NAME = "default"
# Overhead of VXLAN over IPv4 per packet: 14 Ethernet, 20 IP, 8 UDP, 8 VXLAN.
VXLAN_BYTES = 50
# IPAM assigns blocks of 64 addresses to nodes, Calico's default.
BLOCK_PREFIX = 26


@dataclass(frozen=True, kw_only=True)
class InstallationSpec:
    """The fields that a pod network on rented servers needs; others have Calico's defaults."""

    pod_range: str
    """IPv4 CIDR. Must be kubeadm's podSubnet: kube-proxy and Calico must agree on the pods' addresses."""
    machine_range: str | None = None
    """IPv4 CIDR of the machines. None: each node's InternalIP, for servers in different networks."""
    machine_mtu: int | None = None
    """MTU in bytes of the network between machines; pods get 50 less. None: Calico detects it."""

    def __post_init__(self) -> None:
        pods = ipaddress.IPv4Network(self.pod_range)
        if pods.prefixlen > BLOCK_PREFIX:
            raise ValueError(
                f"pod_range {self.pod_range} is smaller than one block of a node, /{BLOCK_PREFIX}; "
                "choose a larger range"
            )
        if self.machine_range is not None:
            machines = ipaddress.IPv4Network(self.machine_range)
            if machines.overlaps(pods):
                raise ValueError(
                    f"machine_range {self.machine_range} and pod_range {self.pod_range} overlap; "
                    "Calico would take machines for pods"
                )

    def to_wire(self) -> Mapping[str, Any]:
        """The `spec` in the schema of `operator.tigera.io/v1`."""
        network: dict[str, Any] = {
            # Like kube-proxy's `mode: nftables`: with two mechanisms the order of their rules is undefined.
            "linuxDataplane": "Nftables",
            # VXLAN needs only UDP; few providers peer BGP with rented servers.
            "bgp": "Disabled",
            "ipPools": [
                {
                    "name": "default-ipv4-ippool",
                    "cidr": self.pod_range,
                    "blockSize": BLOCK_PREFIX,
                    # Not VXLANCrossSubnet: many providers drop packets with pod addresses within a subnet,
                    # too.
                    "encapsulation": "VXLAN",
                    "natOutgoing": "Enabled",
                    "nodeSelector": "all()",
                }
            ],
            # The default firstFound takes the first interface, which is often the wrong one on rented
            # servers.
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
    """`operator.tigera.io/v1` Installation; Pulumi waits until its condition Ready is true."""

    def __init__(self, resource_name: str, spec: InstallationSpec, opts: ResourceOptions) -> None:
        super().__init__(
            resource_name,
            api_version="operator.tigera.io/v1",
            kind="Installation",
            metadata=ObjectMetaArgs(
                name=INSTALLATION_NAME,
                # The provider has no await logic for custom resources; this annotation adds it.
                annotations={"pulumi.com/waitFor": "condition=Ready"},
            ),
            spec=spec.to_wire(),
            opts=ResourceOptions.merge(
                # Each node pulls the images once; deletion removes the network node by node.
                ResourceOptions(custom_timeouts=CustomTimeouts(create="15m", update="15m", delete="10m")),
                opts,
            ),
        )
