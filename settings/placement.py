"""Which machines pods run on, and how they are spread over them."""

from enum import StrEnum


class Machines(StrEnum):
    """Which machines the pods may run on."""

    GPU = "gpu"  # only those that have GPUs
    CPU = "cpu"  # only those that have none, also where nothing keeps other work off GPU machines


class Spread(StrEnum):
    """How the replicas are divided between machines. More than one on a machine is always possible."""

    PREFER = "prefer"  # evenly if there is room, somewhere else if not
    REQUIRE = "require"  # evenly, or wait: no machine gets a second replica before each has its first
