"""The nftables ruleset of a machine: one table of our own, replaced in one transaction."""

from dataclasses import dataclass

# The API server's default range for NodePort Services.
NODE_PORTS = "30000-32767"


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """Source ranges (IPv4 CIDRs) per service."""

    admins: tuple[str, ...]
    """May connect to SSH and the API server."""
    node_port_clients: tuple[str, ...]
    """May connect to NodePort Services, in addition to machines and pods."""
    scrapers: tuple[str, ...]
    """May scrape metrics of control plane components, kubelets and node_exporter."""
    machines: tuple[str, ...]
    """The machines' network: a common range, so that a new machine changes no rules of the others."""
    control_planes: tuple[str, ...]
    """Addresses of the control planes."""
    pods: str
    """The pod network's range."""
    vxlan: bool
    """Whether the pod network encapsulates packets between machines in VXLAN (Calico)."""


def _set(ranges: tuple[str, ...]) -> str:
    return "{ " + ", ".join(dict.fromkeys(ranges)) + " }"


def ruleset(args: FirewallArgs, role: str, ssh_port: int) -> str:
    """The nftables ruleset of a machine with this role.

    The input hook filters; the forward hook belongs to the pod network. NodePorts are filtered in prerouting:
    kube-proxy's DNAT happens there, so their packets never reach the input hook. No rule opens port 10255,
    the kubelet's read-only port, which has no authentication.
    """
    inside = (*args.machines, args.pods)
    accepted: list[tuple[str, str, tuple[str, ...]]] = [("SSH", f"tcp dport {ssh_port}", args.admins)]
    if role == "control-plane":
        accepted += [
            ("API server", "tcp dport 6443", (*args.admins, *inside)),
            ("etcd, control planes only", "tcp dport 2379-2380", args.control_planes),
            (
                "metrics of etcd, controller manager and scheduler",
                "tcp dport { 2381, 10257, 10259 }",
                args.scrapers,
            ),
        ]
    # metrics-server scrapes kubelets from a pod. Calico (VXLAN) translates the source address of packets from
    # a pod to a machine to that of the pod's own machine.
    kubelet_clients = inside if args.vxlan else (*args.control_planes, args.pods)
    accepted.append(("kubelet", "tcp dport 10250", (*kubelet_clients, *args.scrapers)))
    accepted.append(("node_exporter", "tcp dport 9100", args.scrapers))
    if args.vxlan:
        accepted += [
            ("pod network (VXLAN)", "udp dport 4789", args.machines),
            ("Calico's Typha", "tcp dport 5473", args.machines),
        ]
    node_port_clients = (*args.node_port_clients, *inside)
    accepted += [
        ("NodePorts of pods in the host's network", f"{protocol} dport {NODE_PORTS}", node_port_clients)
        for protocol in ("tcp", "udp")
    ]
    rules = "".join(
        f'    ip saddr {_set(sources)} {match} accept comment "{what}"\n'
        for what, match, sources in accepted
        if sources
    )
    return f"""\
table inet metalml
delete table inet metalml
table inet metalml {{
  chain input {{
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iif lo accept
    meta l4proto {{ icmp, ipv6-icmp }} accept
{rules}  }}

  # -150: after connection tracking (-200), before kube-proxy's redirection (-100).
  chain node_ports {{
    type filter hook prerouting priority -150; policy accept;
    ct state established,related accept
    iif lo accept
    fib daddr type != local accept
    ip saddr {_set(node_port_clients)} accept
    tcp dport {NODE_PORTS} drop
    udp dport {NODE_PORTS} drop
  }}
}}
"""
