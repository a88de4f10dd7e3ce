"""customTimeouts of objects that Pulumi awaits: a wait for what cannot become ready ends after minutes.

Pulumi's Kubernetes provider does not give up early, and its default timeout is ten minutes. customTimeouts
are not inputs of an object: changing one changes nothing in a cluster.
"""

from pulumi import CustomTimeouts

# Seconds until the image of a new object's pods is pulled. A kubelet pulls images serially: on a new node,
# all images that the platform needs there, 3 GB, which take 4 minutes at 100 Mbit/s and are unpacked
# meanwhile.
FIRST_PULL_SECONDS = 300
# For an update, only the object's own image is pulled, 1 GB at most.
PULL_SECONDS = 120
# In addition, for an image with CUDA: 4 GB take 6 minutes to download, and are 10 GB unpacked.
CUDA_SECONDS = 600
# Seconds until a program with little to initialize is ready.
START_SECONDS = 60
# Pods of a DaemonSet, updated one by one (maxUnavailable 1). The platform stack does not know the number of
# nodes: ten fit a small cluster; on a larger one, the next `up` continues where this one times out.
DAEMON_SET_TURNS = 10


def awaited(
    start: int = START_SECONDS, *, again: int | None = None, turns: int = 1, cuda: bool = False
) -> CustomTimeouts:
    """customTimeouts for an object that Pulumi awaits until its pods are ready.

    A pod has `start` seconds after its image is pulled, or `again` seconds on an update, if it needs more
    then. On creation all pods start in parallel; a rolling update takes `turns` rounds.
    """
    cuda_pull = CUDA_SECONDS if cuda else 0
    create = FIRST_PULL_SECONDS + cuda_pull + start
    update = PULL_SECONDS + cuda_pull + turns * (again or start)
    return CustomTimeouts(create=f"{create}s", update=f"{update}s")
