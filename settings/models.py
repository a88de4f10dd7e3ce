"""What is served: one entry per model."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from settings.autoscaling import AutoscalingSettings
from settings.base import Model
from settings.compute import ComputeSettings
from settings.evaluation import EvaluationSettings
from settings.fields import DNS_LABEL, DnsName, Image, Label, LabelValue, NodePort, Quantity
from settings.files import FilesSettings
from settings.gpu import GpuResource
from settings.gpu_resources import GPU
from settings.objectives import ObjectivesSettings
from settings.placement import Machines, Spread
from settings.priority import Priority
from settings.rollout import RolloutSettings
from settings.server import ServerSettings


class StorageSettings(Model):
    """The volume with the model's files. Pods only read; files of kind host and nfs stay when it goes."""

    volume: DnsName  # of kind host and nfs; S3 files are in each pod
    claim: DnsName
    size: Quantity = "5Gi"  # of S3 files: what they may take in a pod, before it is ended


class ServiceSettings(Model):
    """Where predictions are asked for from outside: the same port on every machine."""

    name: Label
    node_port: NodePort = 30050


class RequestsSettings(ComputeSettings):
    """What the scheduler sets aside. Defaults: a small SavedModel on CPU with its runtime."""

    cpu: Quantity = "500m"
    memory: Quantity = "512Mi"


class LimitsSettings(ComputeSettings):
    """What a pod may take at most."""

    cpu: Quantity = "2"
    memory: Quantity = "2Gi"


class ResourcesSettings(Model):
    """Requests and limits of one replica."""

    requests: RequestsSettings = RequestsSettings()
    limits: LimitsSettings = LimitsSettings()


class ModelSettings(Model):
    """One model server."""

    name: Label  # of the Deployment; volume, claim and Service are named after it
    namespace: Label = "ml"
    # The name in the URL: /v1/models/<servedName>.
    served_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")] = "default"
    image: Image | None = None  # None: `model-server` (or `model-server-gpu`) of the images table
    gpu: Annotated[int, Field(ge=0, le=16)] = 0  # GPUs of one replica; 16 is the most one server has today
    gpu_resource: GpuResource = GPU  # what is asked for where GPUs are shared: nvidia.com/gpu.shared
    placement: Machines | None = None  # None: where its GPUs are, or wherever there is room without one
    product: LabelValue | None = None  # of the GPU, as nvidia.com/gpu.product has it: NVIDIA-H100-80GB-HBM3
    spread: Spread | None = None  # over machines; None: as the scheduler does it by itself
    priority: Priority = Priority.SERVING  # whose place the pods may take, and who may take theirs
    replicas: Annotated[int, Field(ge=1, le=100)] = 1
    autoscaling: AutoscalingSettings | None = None  # owns the number of replicas
    files: FilesSettings
    rollout: RolloutSettings = RolloutSettings()
    server: ServerSettings = ServerSettings()
    objectives: ObjectivesSettings | None = None  # None: it promises nothing, and only its absence is told
    evaluation: EvaluationSettings | None = None  # None: nobody knows how good its answers are
    storage: StorageSettings
    service: ServiceSettings
    resources: ResourcesSettings = ResourcesSettings()

    @model_validator(mode="before")
    @classmethod
    def _name_the_parts(cls, data: Any) -> Any:
        """Names that are not given follow the model's, so two models do not collide."""
        if not isinstance(data, Mapping):
            return data
        name, storage, service = data.get("name"), data.get("storage", {}), data.get("service", {})
        if not isinstance(name, str) or not DNS_LABEL.fullmatch(name):
            name = "unnamed"  # The name itself is refused; what follows from it is no mistake of its own.
        named: dict[str, Any] = dict(data)
        if data.get("placement") == Machines.GPU:
            named.setdefault("gpu", 1)
        if isinstance(storage, Mapping):
            named["storage"] = {"volume": f"{name}-pv", "claim": f"{name}-pvc", **storage}
        if isinstance(service, Mapping):
            named["service"] = {"name": f"{name}-service", **service}
        return named
