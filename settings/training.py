"""What is trained: one entry per job."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from settings.base import Items, Model, wrong
from settings.compute import ComputeSettings
from settings.fields import (
    DNS_LABEL,
    AbsolutePath,
    Image,
    Label,
    LabelValue,
    LocalPath,
    Quantity,
    Text,
)
from settings.files import DEFAULT_KIND, Server
from settings.gpu import GpuResource
from settings.gpu_resources import GPU
from settings.placement import Machines
from settings.priority import Priority

# A pod is called <name>-<index>, which is its host name: a DNS label of 63 characters.
NAME_LENGTH = 50


class Framework(StrEnum):
    """Whose variables the workers get."""

    TENSORFLOW = "tensorflow"  # TF_CONFIG, as tf.distribute reads it
    TORCH = "torch"  # MASTER_ADDR and others, as torch.distributed's env:// reads them


def _name(value: Any) -> str:
    if not isinstance(value, str) or not DNS_LABEL.fullmatch(value) or len(value) > NAME_LENGTH:
        raise wrong(
            f"at most {NAME_LENGTH} of a-z 0-9 -, beginning and ending with a letter or digit",
            "choose another name: workers are called <name>-<index>",
        )
    return value


class HostDirectory(Model):
    """On the disk of one machine. All workers run there."""

    kind: Literal["host"] = "host"
    machine: Label
    host_path: AbsolutePath = "/mnt/ml-training"  # has a directory <name> for this job


class NfsDirectory(Model):
    """On an NFS share: workers may run on every machine. Needs platform.nfs."""

    kind: Literal["nfs"]
    server: Server
    path: AbsolutePath  # the job's own directory on the server; user 10001 must be able to write in it

    @property
    def machine(self) -> None:
        """No one machine has it."""
        return None


def _kind(value: Any) -> str | None:
    kind = value.get("kind", DEFAULT_KIND) if isinstance(value, Mapping) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


Directory = Annotated[
    Annotated[HostDirectory, Tag("host")] | Annotated[NfsDirectory, Tag("nfs")],
    Discriminator(_kind),
]


class WorkerRequests(ComputeSettings):
    """What the scheduler sets aside for one worker. Defaults: a small model on CPU with its framework."""

    cpu: Quantity = "1"
    memory: Quantity = "2Gi"


class WorkerLimits(ComputeSettings):
    """What a worker may take at most."""

    cpu: Quantity = "4"
    memory: Quantity = "8Gi"


class WorkerResources(Model):
    """Requests and limits of one worker."""

    requests: WorkerRequests = WorkerRequests()
    limits: WorkerLimits = WorkerLimits()


class TrainingSettings(Model):
    """One training job."""

    name: Annotated[str, BeforeValidator(_name)]
    namespace: Label = "ml"
    image: Image | None = None  # None: `training` (or `training-gpu`) of the images table
    framework: Framework = Framework.TENSORFLOW  # whose variables tell workers about each other
    workers: Annotated[int, Field(ge=1, le=100)] = 1
    # A Python file on the operator's computer; workers run it. None: the image has the program.
    script: LocalPath | None = None
    command: Items[Text] = ()  # default: python3 with the script
    environment: dict[Text, str] = Field(default_factory=dict)
    gpu: Annotated[int, Field(ge=0, le=16)] = 0  # GPUs of one worker
    gpu_resource: GpuResource = GPU
    placement: Machines | None = None
    product: LabelValue | None = None
    resources: WorkerResources = WorkerResources()
    # Where checkpoints and trained models are.
    directory: Directory
    size: Quantity = "5Gi"  # what the claim asks for; a quota counts it, nothing else does
    # Another text begins anew; with the same, a changed job goes on from its last checkpoint.
    run: Label = "1"
    priority: Priority = Priority.TRAINING
    # How often a worker may fail. 6 is the Job's own default for all pods together.
    retries: Annotated[int, Field(ge=0, le=1000)] = 6
    keep_seconds: Annotated[int, Field(ge=0)] | None = None  # of a finished job; None: until the stack goes
    # Whether the program tells METRICS_PUSH_URL its step and its loss (docs/training.md).
    reports: bool = False
    queue: Label | None = None  # a Kueue LocalQueue that lets the job begin
