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

    volume: DnsName
    """Name of the PersistentVolume, for files of kind `host` and `nfs`; S3 files are in each pod.

    Default: `<model>-pv`.
    """

    claim: DnsName
    """Name of the PersistentVolumeClaim. Default: `<model>-pvc`."""

    size: Quantity = "5Gi"
    """Size of the claim, which counts in a quota.

    Of S3 files: what they may take in a pod before it is ended.
    """


class ServiceSettings(Model):
    """Where predictions are asked for from outside: the same port on every machine."""

    name: Label
    """Name of the Service. Default: `<model>-service`."""

    node_port: NodePort = 30050
    """Port of every machine, of this model alone. A model behind `platform.gateway` has none."""


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
    """What the scheduler sets aside; at most the limits."""

    limits: LimitsSettings = LimitsSettings()
    """What a pod may take at most."""


class ModelSettings(Model):
    """One model server."""

    name: Label
    """Name of the Deployment; volume, claim and Service are named after it."""

    namespace: Label = "ml"
    """Namespace of the model: one of `platform.namespaces`, or a team's."""

    served_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")] = "default"
    """Name in the URL: `/v1/models/<servedName>`. Models behind one gateway have different ones."""

    image: Image | None = None
    """Image of the server. `null`: `model-server`, or `model-server-gpu` with GPUs, of `metalml:images`."""

    # 16 is the most that one server has today.
    gpu: Annotated[int, Field(ge=0, le=16)] = 0
    """GPUs of one replica. With `placement: gpu` the default is 1."""

    gpu_resource: GpuResource = GPU
    """What `gpu` counts: `nvidia.com/gpu.shared` or a slice where GPUs are shared."""

    placement: Machines | None = None
    """Which machines the pods may run on.

    `null`: those with its GPUs, or, for a model without, wherever there is room.
    """

    product: LabelValue | None = None
    """Product of the GPU, such as `NVIDIA-H100-80GB-HBM3`: label `nvidia.com/gpu.product` of the node.

    `null`: any.
    """

    spread: Spread | None = None
    """How the replicas are divided between machines. `null`: as the scheduler does it by itself."""

    priority: Priority = Priority.SERVING
    """Whose place the pods may take when machines are full, and who may take theirs."""

    replicas: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of pods. Not beside `autoscaling`."""

    autoscaling: AutoscalingSettings | None = None
    """What chooses the number of pods in the place of `replicas`. `null`: nothing does."""

    files: FilesSettings
    """Where the model's files are (docs/model-files.md)."""

    rollout: RolloutSettings = RolloutSettings()
    """How a new version takes over from the one before (docs/rollouts.md)."""

    server: ServerSettings = ServerSettings()
    """How TensorFlow Serving is set up."""

    objectives: ObjectivesSettings | None = None
    """What the model promises. `null`: nothing, and only its absence is told."""

    evaluation: EvaluationSettings | None = None
    """How good the answers have to be (docs/evaluation.md). `null`: nobody knows how good they are."""

    storage: StorageSettings
    """The volume with the files. Default: `{}`."""

    service: ServiceSettings
    """Where predictions are asked for from outside. Default: `{}`."""

    resources: ResourcesSettings = ResourcesSettings()
    """Requests and limits of one replica."""

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
