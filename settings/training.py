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

    TENSORFLOW = "tensorflow"
    """`TF_CONFIG`, as `tf.distribute` reads it."""
    TORCH = "torch"
    """`MASTER_ADDR` and others, as `env://` of `torch.distributed` reads them."""


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
    """Says that the directory is on one machine."""

    machine: Label
    """The machine; a worker, with GPUs if the job takes some."""

    host_path: AbsolutePath = "/mnt/ml-training"
    """Directory on the machine, in which the job has a directory `<name>`."""


class NfsDirectory(Model):
    """On an NFS share: workers may run on every machine. Needs `platform.nfs`."""

    kind: Literal["nfs"]
    """Says that the directory is on a share."""

    server: Server
    """The NFS server."""

    path: AbsolutePath
    """The job's own directory on the server; user 10001 must be able to write in it."""

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
    """What the scheduler sets aside; at most the limits."""

    limits: WorkerLimits = WorkerLimits()
    """What a worker may take at most."""


class TrainingSettings(Model):
    """One training job."""

    name: Annotated[str, BeforeValidator(_name)]
    """Name of the job, which no model or Service of its namespace has.

    Workers are called `<name>-<index>`.
    """

    namespace: Label = "ml"
    """Namespace of the job: one of `platform.namespaces`, or a team's."""

    image: Image | None = None
    """Image of the workers. `null`: `training`, or `training-gpu` with GPUs, of `metalml:images`."""

    framework: Framework = Framework.TENSORFLOW
    """Whose variables tell workers about each other."""

    workers: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of workers."""

    script: LocalPath | None = None
    """Python file on this computer that workers run.

    `null`: the image has the program, and `command` is required.
    """

    command: Items[Text] = ()
    """Program and arguments. Empty: `python3` with the script."""

    environment: dict[Text, str] = Field(default_factory=dict)
    """Environment variables of the workers."""

    gpu: Annotated[int, Field(ge=0, le=16)] = 0
    """GPUs of one worker."""

    gpu_resource: GpuResource = GPU
    """What `gpu` counts: `nvidia.com/gpu.shared` or a slice where GPUs are shared.

    Queues give out whole GPUs only.
    """

    placement: Machines | None = None
    """Which machines the workers may run on.

    `null`: those with its GPUs, or, for a job without, wherever there is room.
    """

    product: LabelValue | None = None
    """Product of the GPU: label `nvidia.com/gpu.product` of the node. `null`: any."""

    resources: WorkerResources = WorkerResources()
    """Requests and limits of one worker."""

    directory: Directory
    """Where checkpoints and trained models are."""

    size: Quantity = "5Gi"
    """What the claim asks for; a quota counts it, nothing else does."""

    run: Label = "1"
    """Name of the experiment.

    Another one begins anew; with the same, a changed job goes on from its last checkpoint.
    """

    priority: Priority = Priority.TRAINING
    """Whose place the workers may take when machines are full, and who may take theirs."""

    # The Job's own default for all pods together.
    retries: Annotated[int, Field(ge=0, le=1000)] = 6
    """How often one worker may fail before the job has failed. Evictions do not count."""

    keep_seconds: Annotated[int, Field(ge=0)] | None = None
    """Seconds until a finished job is deleted. `null`: it stays until it leaves the settings."""

    reports: bool = False
    """Whether the program tells `METRICS_PUSH_URL` its step and its loss (docs/training.md).

    Needs `platform.monitoring`.
    """

    queue: Label | None = None
    """Queue of Kueue in which the job waits until all workers can begin.

    It is `training`, in the namespace of a team that has a queue. `null`: the job begins at once.
    """
