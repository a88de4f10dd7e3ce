"""GPUs of machines, how they are offered, and what asks for them."""

from typing import Any

from tests.unit.settings.bad.files import nfs
from tests.unit.settings.bad.mistake import Bad, inventory

SHARED = {"shared": {"timeSlicing": {"replicas": 4}}, "sliced": {"mig": "mixed"}}


def asks(machine_gpu: dict[str, Any], **model: Any) -> dict[str, Any]:
    """A model on a machine with these GPUs, on a platform that knows two ways to share them."""
    changes = {"gpu": 1, "files": {"source": ".local/models/half_plus_two", "machine": "gpu-1"}, **model}
    return {
        "platform.gpu": {"sharing": SHARED},
        "machines[2]": inventory(gpu=machine_gpu),
        **{f"models[0].{key}": value for key, value in changes.items()},
    }


GPU = {
    "gpus of a control plane": Bad(
        change={"machines[0].gpu": True}, at="machines[0].gpu", says=("a control plane", "make it a worker")
    ),
    "no gpus": Bad(change={"machines[1].gpu": {"count": 0}}, at="machines[1].gpu.count", says=("1 or more",)),
    "sharing that does not exist": Bad(
        change={
            "platform.gpu": {"sharing": SHARED},
            "machines[1].gpu": {"sharing": "share", "dedicated": False},
        },
        at="machines[1].gpu.sharing",
        says=("share", "shared, sliced", "did you mean shared?"),
    ),
    "sharing where no gpus are offered": Bad(
        change={"machines[1].gpu": {"sharing": "shared", "dedicated": False}},
        at="machines[1].gpu.sharing",
        says=("there is none", "add it there"),
    ),
    "one replica of a gpu": Bad(
        change={"platform.gpu": {"sharing": {"shared": {"timeSlicing": {"replicas": 1}}}}},
        at="platform.gpu.sharing.shared.timeSlicing.replicas",
        says=("2 or more",),
    ),
    "a way to share that is no group": Bad(
        change={"platform.gpu": {"sharing": {"shared": None}}},
        at="platform.gpu.sharing.shared",
        says=("keys with values",),
    ),
    "a misspelt key in a way to share": Bad(
        change={"platform.gpu": {"sharing": {"shared": {"timeSlicng": {"replicas": 4}}}}},
        at="platform.gpu.sharing.shared.timeSlicng",
        says=("did you mean timeSlicing?",),
    ),
    "two ways to share": Bad(
        change={"platform.gpu": {"sharing": {"both": {"timeSlicing": {"replicas": 2}, "mig": "mixed"}}}},
        at="platform.gpu.sharing.both",
        says=("one of them",),
    ),
    "resource of somebody else": Bad(
        change={"models[0].gpuResource": "amd.com/gpu"},
        at="models[0].gpuResource",
        says=("nvidia.com/gpu.shared",),
    ),
    "more gpus than the machine has": Bad(
        change=asks({"count": 2}, gpu=3),
        at="models[0].gpu",
        says=("given:   3", "at most 2", "gpu-1: 2"),
    ),
    "more gpus than the largest machine has": Bad(
        change={
            **nfs(),
            "platform.gpu": {},
            "machines[1].gpu": {"count": 2},
            "machines[2]": inventory(gpu={"count": 4}),
            "models[0].gpu": 5,
        },
        at="models[0].gpu",
        says=("at most 4", "worker-1: 2, gpu-1: 4"),
    ),
    "two turns on a shared gpu": Bad(
        change=asks({"count": 2, "sharing": "shared"}, gpu=2, gpuResource="nvidia.com/gpu.shared"),
        at="models[0].gpu",
        says=("at most 1",),
    ),
    "whole gpu where they are shared": Bad(
        change=asks({"sharing": "shared"}),
        at="models[0].gpuResource",
        says=("nvidia.com/gpu.shared of gpu-1",),
    ),
    "shared gpu where they are whole": Bad(
        change=asks({}, gpuResource="nvidia.com/gpu.shared"),
        at="models[0].gpuResource",
        says=("nvidia.com/gpu of gpu-1",),
    ),
    "whole gpu where they are sliced": Bad(
        change=asks({"sharing": "sliced"}),
        at="models[0].gpuResource",
        says=("nvidia.com/mig-<profile> of gpu-1",),
    ),
}
