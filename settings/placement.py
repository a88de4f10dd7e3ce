"""Which machines pods run on, and how they are spread over them."""

from enum import StrEnum


class Machines(StrEnum):
    """Which machines the pods may run on."""

    GPU = "gpu"
    """Only those that have GPUs."""
    CPU = "cpu"
    """Only those that have none, also where nothing keeps other work off GPU machines."""


class Spread(StrEnum):
    """How the replicas are divided between machines. More than one on a machine is always possible."""

    PREFER = "prefer"
    """Evenly if there is room, somewhere else if not."""
    REQUIRE = "require"
    """Evenly, or they wait: no machine gets a second replica before each has its first."""
