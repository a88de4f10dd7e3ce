"""Training jobs."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.given import GONE


def job(**changes: Any) -> dict[str, Any]:
    """A job on the worker of `dev`; its command is in the image."""
    made = {"name": "resnet", "command": ["train"], "directory": {"machine": "worker-1"}, **changes}
    return {"training": [{key: value for key, value in made.items() if value is not GONE}]}


TRAINING = {
    "training without a program": Bad(
        change=job(command=GONE), at="training[0].script", says=("missing, and no command", "(resnet)")
    ),
    "training with a script that is not there": Bad(
        change=job(script="train.py"), at="training[0].script", says=("train.py, which is not a file",)
    ),
    "training with a name that workers cannot have": Bad(
        change=job(name="x" * 51), at="training[0].name", says=("at most 50", "<name>-<index>")
    ),
    "training called as a model": Bad(
        change=job(name="ml-model"), at="training[0].name", says=("ml/ml-model, as models[0].name has it",)
    ),
    "training nowhere": Bad(change=job(directory=GONE), at="training[0].directory", says=("missing",)),
    "training in no namespace": Bad(
        change=job(namespace="vision"), at="training[0].namespace", says=("vision", "ml")
    ),
    "training on a machine that does not exist": Bad(
        change=job(directory={"machine": "woker-1"}),
        at="training[0].directory.machine",
        says=("woker-1, which is no machine", "a worker: worker-1"),
    ),
    "training on the control plane": Bad(
        change=job(directory={"machine": "control-1"}),
        at="training[0].directory.machine",
        says=("control-1, a control plane",),
    ),
    "training on GPUs of a machine without": Bad(
        change=job(gpu=1), at="training[0].directory.machine", says=("worker-1, which has no GPU",)
    ),
    "training on a share that nothing mounts": Bad(
        change=job(directory={"kind": "nfs", "server": "10.77.0.5", "path": "/exports"}),
        at="training[0].directory.kind",
        says=("nfs, without platform.nfs",),
    ),
    "training on GPUs and off them": Bad(
        change=job(placement="gpu"), at="training[0].gpu", says=("with placement", "set gpu: 1")
    ),
    "training without workers": Bad(change=job(workers=0), at="training[0].workers", says=("1 or more",)),
    "training with an unknown framework": Bad(
        change=job(framework="mxnet"), at="training[0].framework", says=("'tensorflow' or 'torch'",)
    ),
    "training that asks for more than it may take": Bad(
        change=job(resources={"limits": {"memory": "1Gi"}}),
        at="training[0].resources.requests.memory",
        says=("2Gi, with a limit of 1Gi",),
    ),
}
