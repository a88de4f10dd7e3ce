"""A host that is none of the machines: a network namespace whose packets are routed to them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KNOCK = Path(__file__).with_name("knock.py")
NAME = "metalml-out"


class Outside:
    """Hosts of the network 10.92.0.0/24."""

    allowed = "10.92.0.2"
    stranger = "10.92.0.3"

    def answer(self, source: str, host: str, port: int) -> str:
        """What a server says first to somebody with the address `source`; empty when nothing comes."""
        done = subprocess.run(
            ["ip", "netns", "exec", NAME, sys.executable, KNOCK, source, host, str(port)],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@contextmanager
def outside() -> Iterator[Outside]:
    """The hosts, gone at the end."""
    _ip("netns", "delete", NAME, check=False)
    try:
        _ip("netns", "add", NAME)
        _ip("link", "add", NAME, "type", "veth", "peer", "name", "eth0", "netns", NAME)
        _ip("address", "add", "10.92.0.1/24", "dev", NAME)
        _ip("link", "set", NAME, "up")
        for address in (Outside.allowed, Outside.stranger):
            _ip("-n", NAME, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", NAME, "link", "set", "eth0", "up")
        _ip("-n", NAME, "route", "add", "default", "via", "10.92.0.1")
        yield Outside()
    finally:
        # Its link goes with it.
        _ip("netns", "delete", NAME, check=False)


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, stderr=None if check else subprocess.DEVNULL)
