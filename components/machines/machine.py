"""A machine of the cluster: a rented server or a system container on this computer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.ssh.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine of the cluster. Its name identifies it: in resource names, as node name and HostKeyAlias."""

    connection: Connection
    role: str
    """`control-plane` or `worker`."""
    address: str
    ssh_port: int
    gpu: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[tuple[str, str, str], ...] = ()
    """(key, value, effect) per taint."""
    pod_range: str | None = None
    """The pod CIDR of this machine, with the pod network `routed`."""

    @property
    def name(self) -> str:
        """Unique in the cluster."""
        return self.connection.name
