"""How the workers of a job find each other: variables that frameworks read, made from each one's index."""

import json
from collections.abc import Mapping, Sequence

from settings.training import Framework

# What TensorFlow's own examples use, and torchrun's store may as well.
PORT = 2222
# The Job's controller gives each pod its index under this name. A variable that refers to another must come
# after it, so pods ask for it by themselves.
INDEX = "JOB_COMPLETION_INDEX"


def worker_hosts(job: str, workers: int) -> Sequence[str]:
    """DNS names of the workers, by index: an Indexed Job names its pods so, its headless Service answers."""
    return [f"{job}-{index}.{job}" for index in range(workers)]


def rendezvous(framework: Framework, job: str, workers: int) -> Mapping[str, str]:
    """The variables. $(JOB_COMPLETION_INDEX) in them is replaced by the kubelet."""
    hosts = worker_hosts(job, workers)
    if framework is Framework.TORCH:
        return {
            "MASTER_ADDR": hosts[0],
            "MASTER_PORT": str(PORT),
            "WORLD_SIZE": str(workers),
            "RANK": f"$({INDEX})",
        }
    cluster = json.dumps({"worker": [f"{host}:{PORT}" for host in hosts]})
    # Not by json: the index is a number and its place is taken by text.
    return {"TF_CONFIG": f'{{"cluster": {cluster}, "task": {{"type": "worker", "index": $({INDEX})}}}}'}
