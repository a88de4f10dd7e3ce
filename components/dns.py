"""What a network policy has to open so that pods can ask for names."""

from pulumi_kubernetes.networking.v1 import NetworkPolicyPortArgs

DNS_PORT = 53


def dns_ports() -> list[NetworkPolicyPortArgs]:
    """DNS: by UDP, and by TCP for long answers."""
    return [NetworkPolicyPortArgs(port=DNS_PORT, protocol=protocol) for protocol in ("UDP", "TCP")]
