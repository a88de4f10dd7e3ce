"""Ports of loopback for programs that tests start."""

import random
import socket
from pathlib import Path

# Those that the kernel gives to whoever asks for any begin here. A port of theirs that is free now can be
# somebody's a moment later: tests of other lanes start servers at the same time.
_KERNELS = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
_LOWEST = 10_000
_ADDRESS = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """So many that nobody listens on, and that nobody gets by chance."""
    found: list[int] = []
    for port in random.sample(range(_LOWEST, _KERNELS), _KERNELS - _LOWEST):
        if len(found) == count:
            return found
        with socket.socket() as trial:
            if trial.connect_ex((_ADDRESS, port)) != 0:
                found.append(port)
    raise RuntimeError(f"no {count} free ports between {_LOWEST} and {_KERNELS}")
