"""Facts about a machine, as its preflight found them; its files are rendered from them."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts that files on the machine depend on."""

    os: str
    """`debian` or `ubuntu`."""
    codename: str
    cgroup: str
    """`v1` (also for the hybrid hierarchy) or `v2`."""
    container: bool
    """The machine is a system container: kernel settings belong to its host."""
    oom_score: str
    """`restricted` where processes may not lower their oom_score_adj."""
    conntrack: str
    """`read-only` where the limits of nf_conntrack cannot be set."""
    open_files: int
    """The highest LimitNOFILE that a service can have."""

    @classmethod
    def parse(cls, text: str) -> "Facts":
        """Parse the JSON that scripts/node/preflight.sh prints."""
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
