"""What a machine turned out to be, found by its preflight. Files are rendered from facts, not guesses."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts that change a file on the machine."""

    os: str
    """`debian` or `ubuntu`."""
    codename: str
    cgroup: str
    """`v1` (also the hybrid hierarchy) or `v2`."""
    container: bool
    """The machine is a system container: kernel settings belong to its host."""
    oom_score: str
    """`restricted` where processes may not lower their out-of-memory score."""
    conntrack: str
    """`read-only` where the connection tracking limits cannot be set."""
    open_files: int
    """The highest limit of open files that a service may be given."""

    @classmethod
    def parse(cls, text: str) -> "Facts":
        """Reads what scripts/node/preflight.sh prints."""
        found = json.loads(text)
        return cls(
            os=found["os"],
            codename=found["codename"],
            cgroup=found["cgroup"],
            container=found["container"],
            oom_score=found["oomScore"],
            conntrack=found["conntrack"],
            open_files=found["openFiles"],
        )
