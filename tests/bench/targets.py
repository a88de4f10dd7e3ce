"""Machines that a preparation is measured on, as something other than the program reaches them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Target:
    """One machine."""

    name: str
    address: str
    key_file: Path
    known_hosts: Path

    @property
    def options(self) -> list[str]:
        """What every ssh needs; keys are checked, and none of this user's own settings count."""
        return [
            "-F/dev/null",
            f"-i{self.key_file}",
            "-oIdentitiesOnly=yes",
            "-oBatchMode=yes",
            "-oStrictHostKeyChecking=yes",
            f"-oUserKnownHostsFile={self.known_hosts}",
            "-oLogLevel=ERROR",
        ]
