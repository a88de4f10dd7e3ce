"""Models."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad, inventory
from tests.unit.settings.given import GONE


def model(**changes: Any) -> dict[str, Any]:
    """A second model that has nothing in common with the first."""
    files = {"source": ".local/models/half_plus_two", "machine": "worker-1"}
    return {"name": "other", "servedName": "other", "service": {"nodePort": 30051}, "files": files, **changes}


MODELS = {
    "model without files": Bad(
        change={"models[0].files": GONE}, at="models[0].files", says=("missing", "(ml-model)")
    ),
    "model without name": Bad(change={"models[0].name": GONE}, at="models[0].name", says=("missing",)),
    "model twice": Bad(
        change={
            "models[1]": model(
                name="ml-model",
                storage={"volume": "v", "claim": "c"},
                service={"name": "s", "nodePort": 30051},
            )
        },
        at="models[1].name",
        says=("ml/ml-model, as models[0].name has it",),
    ),
    "node port twice": Bad(
        change={"models[1]": model(service={})},
        at="models[1].service.nodePort",
        says=("30050, as models[0].service.nodePort has it",),
    ),
    "volume twice": Bad(
        change={"models[1]": model(storage={"volume": "ml-model-pv"})},
        at="models[1].storage.volume",
        says=("ml-model-pv, as models[0].storage.volume has it", "no namespace"),
    ),
    "claim twice": Bad(
        change={"models[1]": model(storage={"claim": "ml-model-pvc"})},
        at="models[1].storage.claim",
        says=("ml/ml-model-pvc, as models[0].storage.claim has it",),
    ),
    "two models in one directory": Bad(
        change={"models[1]": model(servedName="default")},
        at="models[1].files.hostPath",
        says=("/mnt/ml-models/default", "another servedName or hostPath"),
    ),
    "node port out of range": Bad(
        change={"models[0].service": {"nodePort": 8501}},
        at="models[0].service.nodePort",
        says=("8501", "from 30000 to 32767"),
    ),
    "host path not absolute": Bad(
        change={"models[0].files.hostPath": "mnt/models"},
        at="models[0].files.hostPath",
        says=("an absolute path",),
    ),
    "host path that climbs": Bad(
        change={"models[0].files.hostPath": "/mnt/../etc"},
        at="models[0].files.hostPath",
        says=("without ..",),
    ),
    "host path with a space": Bad(
        change={"models[0].files.hostPath": "/mnt/ml models"},
        at="models[0].files.hostPath",
        says=("A-Z a-z 0-9",),
    ),
    "source with a space": Bad(
        change={"models[0].files.source": "my models"}, at="models[0].files.source", says=("A-Z a-z 0-9",)
    ),
    "image without a tag": Bad(
        change={"models[0].image": "registry.example.com:5000/server"},
        at="models[0].image",
        says=("pin it",),
    ),
    "image that changes": Bad(
        change={"images.model-server": "server:latest"}, at="images.model-server", says=("pin it",)
    ),
    "size that is no quantity": Bad(
        change={"models[0].storage": {"size": "5 GB"}}, at="models[0].storage.size", says=("'5 GB'", "5Gi")
    ),
    "more requested than allowed": Bad(
        change={"models[0].resources": {"limits": {"cpu": "250m"}}},
        at="models[0].resources.requests.cpu",
        says=("500m, with a limit of 250m",),
    ),
    "served name that is no part of a URL": Bad(
        change={"models[0].servedName": "a/b"}, at="models[0].servedName", says=("text of the form",)
    ),
    "unknown priority": Bad(
        change={"models[0].priority": "high"},
        at="models[0].priority",
        says=("'high'", "'serving', 'training' or 'best-effort'"),
    ),
    "no replica": Bad(change={"models[0].replicas": 0}, at="models[0].replicas", says=("1 or more",)),
    "machine that does not exist": Bad(
        change={"models[0].files.machine": "woker-1"},
        at="models[0].files.machine",
        says=("woker-1", "a worker: worker-1", "did you mean worker-1?"),
    ),
    "model on the control plane": Bad(
        change={"models[0].files.machine": "control-1"},
        at="models[0].files.machine",
        says=("control-1, a control plane", "pods are kept away"),
    ),
    "GPU model without GPU workers": Bad(
        change={"models[0].gpu": 1}, at="models[0].gpu", says=("workers have no GPU", "set gpu: true")
    ),
    "GPU model on a worker without GPU": Bad(
        change={"models[0].gpu": 1, "machines[2]": inventory(gpu=True)},
        at="models[0].files.machine",
        says=("worker-1, which has no GPU", "a worker with gpu: true: gpu-1"),
    ),
    "namespace that the platform does not make": Bad(
        change={"models[0].namespace": "vision"},
        at="models[0].namespace",
        says=("platform.namespaces or platform.teams: ml",),
    ),
    "files not there": Bad(
        change={"models[0].files.source": ".local/models/other"},
        at="models[0].files.source",
        says=(".local/models/other, which is not a directory with files",),
    ),
    "files without a version": Bad(
        change={"models[0].files.source": ".local/models"},
        at="models[0].files.source",
        says=("which has no such version", "<number>/saved_model.pb"),
    ),
    "image key that nothing uses": Bad(
        change={"images": {"modelserver": "x:1"}},
        at="images",
        says=("modelserver", "did you mean model-server?"),
    ),
}
