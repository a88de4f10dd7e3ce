"""What a model server is made from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import CustomTimeouts, Input

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.timeouts import START_SECONDS, awaited
from components.serving.placement import Placement
from components.serving.server_program import ServerProgram
from components.serving.storage import ModelFiles
from components.serving.tensorflow_serving import ServerOptions, tensorflow_serving
from settings.gpu_resources import GPU

# The range that kube-apiserver gives to NodePorts by default.
NODE_PORTS = range(30000, 32768)
# What every pod gets for loading that is told nothing else.
STARTUP_SECONDS = 600
# The name is a part of URLs and of a directory.
SERVED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def default_requests() -> Mapping[str, str]:
    """What the scheduler sets aside for one pod."""
    return {"cpu": "500m", "memory": "512Mi"}


def default_limits() -> Mapping[str, str]:
    """What one pod can never exceed."""
    return {"cpu": "2", "memory": "2Gi"}


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """One served model: its files, its server and its Service."""

    namespace: Input[str]
    image: str
    files: ModelFiles
    deployment: str = "ml-model"
    service: str = "ml-model-service"
    served_name: str = "default"
    container_port: int = 8501
    node_port: int | None = 30050
    """None: the Service is reached inside the cluster only."""
    server: ServerOptions = field(default_factory=ServerOptions)
    """What of TensorFlow Serving is not as by default."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of every object, besides those that find it."""
    replicas: int | None = 1
    """None leaves the number to an autoscaler."""
    gpu: int = 0
    gpu_resource: str = GPU
    """What `gpu` counts: whole GPUs, turns on shared ones (nvidia.com/gpu.shared), or slices."""
    placement: Placement = field(default_factory=Placement)
    priority: Input[str] | None = None
    """Name of a PriorityClass that is there. None: the pods have priority 0, as any pod without a class."""
    requests: Mapping[str, str] = field(default_factory=default_requests)
    limits: Mapping[str, str] = field(default_factory=default_limits)
    most_replicas: int = 1
    """With an autoscaler: so many pods a change may have to go through."""
    startup_seconds: int | None = None
    """How long loading may take before the pod is started again; a first load on a GPU takes minutes.

    None: STARTUP_SECONDS. Only who says it is waited for as long: else a model that never loads would be.
    """
    drain_seconds: int = 10
    """How long a pod still answers after it was told to go, until every node has heard that it is going."""

    @property
    def program(self) -> ServerProgram:
        """The program that serves the model."""
        return tensorflow_serving(self.served_name, self.container_port, self.server)

    @property
    def startup(self) -> int:
        """How long loading may take before the pod is started again."""
        return STARTUP_SECONDS if self.startup_seconds is None else self.startup_seconds

    @property
    def timeouts(self) -> CustomTimeouts:
        """How long the pods are waited for, which are changed one after the other."""
        turns = self.most_replicas if self.replicas is None else max(self.replicas, 1)
        return awaited(self.startup_seconds or START_SECONDS, turns=turns, cuda=self.gpu > 0)

    def __post_init__(self) -> None:
        require_dns_label("deployment", self.deployment)
        require_dns_label("service", self.service)
        require_pinned_image("image", self.image)
        if not SERVED_NAME.fullmatch(self.served_name):
            raise ValueError(
                f"served_name {self.served_name!r} becomes a part of a URL; "
                "use letters, digits, '_', '.' and '-'"
            )
        if self.node_port is not None and self.node_port not in NODE_PORTS:
            raise ValueError(
                f"node_port {self.node_port} is not a NodePort; "
                f"use {NODE_PORTS.start} to {NODE_PORTS.stop - 1}"
            )
        # Below 1024 a process that is not root may not listen.
        if not 1024 <= self.container_port <= 65535:
            raise ValueError(f"container_port {self.container_port} must be between 1024 and 65535")
        if self.gpu < 0:
            raise ValueError(f"gpu must be 0 or more, got {self.gpu}")
        self.placement.require_fits(self.gpu)
        if self.replicas is not None and self.replicas < 0:
            raise ValueError(f"replicas must be 0 or more, or absent for an autoscaler, got {self.replicas}")
        if self.startup < 1 or self.drain_seconds < 1:
            raise ValueError("startup_seconds and drain_seconds must be 1 or more")
        for what, amounts in (("requests", self.requests), ("limits", self.limits)):
            missing = {"cpu", "memory"} - amounts.keys()
            if missing:
                raise ValueError(f"{what} must name cpu and memory, missing: {', '.join(sorted(missing))}")
            if any(name.startswith("nvidia.com/") for name in amounts):
                raise ValueError(f"{what} may not name GPUs; set gpu instead")
