"""How long an object is waited for: what it needs at most, so that a wait that cannot end ends in minutes.

Pulumi's provider ends no wait early, and waits ten minutes where it is told nothing. These are no inputs of
an object: another one changes nothing in a cluster.
"""

from pulumi import CustomTimeouts

# Seconds until the image of a new object's pods is there. A kubelet pulls one image after the other: on a new
# machine, all that the platform needs there, 3 GB, which take 4 minutes at 100 Mbit/s and are unpacked
# meanwhile.
FIRST_PULL_SECONDS = 300
# Of a changed object only its own has to come, 1 GB at most.
PULL_SECONDS = 120
# Besides, for an image with CUDA in it: 4 GB take 6 minutes, and are 10 GB to be unpacked.
CUDA_SECONDS = 600
# Seconds until a program answers that has nothing much to do first.
START_SECONDS = 60
# Pods of a DaemonSet that are changed one after the other. The platform knows no machines; ten are a small
# cluster's, and of a large one the next `up` goes on where this one ends.
DAEMON_SET_TURNS = 10


def awaited(
    start: int = START_SECONDS, *, again: int | None = None, turns: int = 1, cuda: bool = False
) -> CustomTimeouts:
    """The limits for an object that is waited for until its pods are ready.

    A pod has `start` seconds after its image is there; `again`, where one that was there before needs more.
    Pods begin together, and are changed in so many `turns`.
    """
    more = CUDA_SECONDS if cuda else 0
    first = FIRST_PULL_SECONDS + more + start
    changed = PULL_SECONDS + more + turns * (again or start)
    return CustomTimeouts(create=f"{first}s", update=f"{changed}s")
