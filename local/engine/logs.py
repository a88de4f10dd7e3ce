"""The engine's own logs, which nobody reads and which are half of its work."""

import shutil
from pathlib import Path

_SAYS = (
    "The engine writes no logs while this is a file; `pulumi -v=9 --logtostderr` shows them.\n"
    "Remove it, and it logs here again until the next `make up`.\n"
)


def without_logs(home: Path) -> None:
    """Keep the engine of this PULUMI_HOME from its own logs; those that are there go.

    It logs every property of every call, compressed and encrypted: half of what a preview computes, and up to
    a hundred megabytes for an up of the whole program. It has no setting against that, and goes on without
    where there can be no folder of that name. What an operation says is in our own logs all the same.
    """
    logs = home / "logs"
    if logs.is_file():
        return
    shutil.rmtree(logs, ignore_errors=True)
    logs.parent.mkdir(parents=True, exist_ok=True)
    logs.write_text(_SAYS)
