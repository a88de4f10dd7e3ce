"""The rendezvous of a Job's workers: the frameworks' environment variables, with each pod's index."""

import json
from collections.abc import Mapping, Sequence

from settings.training import Framework

# The port of TensorFlow's examples; torch uses it as MASTER_PORT.
PORT = 2222
# The Job controller adds this variable to each pod, but a $(...) reference needs a variable that is defined
# before it. So the pod template defines it itself.
INDEX = "JOB_COMPLETION_INDEX"


def worker_hosts(job: str, workers: int) -> Sequence[str]:
    """DNS names of the workers, by index: host names of an Indexed Job's pods, in its headless Service."""
    return [f"{job}-{index}.{job}" for index in range(workers)]


def rendezvous(framework: Framework, job: str, workers: int) -> Mapping[str, str]:
    """The environment variables. The kubelet expands $(JOB_COMPLETION_INDEX) in them."""
    hosts = worker_hosts(job, workers)
    if framework is Framework.TORCH:
        return {
            "MASTER_ADDR": hosts[0],
            "MASTER_PORT": str(PORT),
            "WORLD_SIZE": str(workers),
            "RANK": f"$({INDEX})",
        }
    cluster = json.dumps({"worker": [f"{host}:{PORT}" for host in hosts]})
    # Not by json.dumps: the index is a number in TF_CONFIG, and here it is the text of a reference.
    return {"TF_CONFIG": f'{{"cluster": {cluster}, "task": {{"type": "worker", "index": $({INDEX})}}}}'}
