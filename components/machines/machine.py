"""A machine as the rest of the program sees it, whether it was rented or made on this computer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.ssh.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine of the cluster. Its name is its identity: resources, node name, host key alias."""

    connection: Connection
    role: str
    """`control-plane` or `worker`."""
    address: str
    ssh_port: int
    gpu: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[tuple[str, str, str], ...] = ()
    """(key, value, effect) of each."""
    pod_range: str | None = None
    """The range of this machine's pods, with the pod network `routed`."""

    @property
    def name(self) -> str:
        """Unique in the cluster."""
        return self.connection.name
