"""The arguments of a model server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import CustomTimeouts, Input

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.timeouts import START_SECONDS, awaited
from components.serving.placement import Placement
from components.serving.server_program import ServerProgram
from components.serving.storage import ModelFiles
from components.serving.tensorflow_serving import tensorflow_serving
from settings.gpu_resources import GPU
from settings.models import ResourcesSettings
from settings.server import ServerSettings

# The default --service-node-port-range of kube-apiserver.
NODE_PORTS = range(30000, 32768)
# The default time for loading a model, in seconds.
STARTUP_SECONDS = 600
# The name is part of URLs and of a directory path.
SERVED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


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
    """None: a ClusterIP Service, reachable inside the cluster only."""
    server: ServerSettings = field(default_factory=ServerSettings)
    """Settings of TensorFlow Serving that differ from its defaults."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of every object, besides the selector's."""
    replicas: int | None = 1
    """None: an autoscaler sets the number."""
    gpu: int = 0
    gpu_resource: str = GPU
    """The resource that `gpu` counts: GPUs, time-sliced replicas (nvidia.com/gpu.shared), or MIG devices."""
    placement: Placement = field(default_factory=Placement)
    priority: Input[str] | None = None
    """Name of an existing PriorityClass. None: the pods have priority 0, as all pods without a class."""
    resources: ResourcesSettings = field(default_factory=ResourcesSettings)
    max_replicas: int = 1
    """With an autoscaler: the number of pods that a rolling update may have to replace."""
    drain_seconds: int = 10
    """How long a terminating pod still serves, until all nodes have removed its endpoint."""

    @property
    def program(self) -> ServerProgram:
        """The program that serves the model."""
        return tensorflow_serving(self.served_name, self.container_port, self.server)

    @property
    def startup(self) -> int:
        """Seconds until the startup probe fails for good; a first load on a GPU takes minutes."""
        return self.server.startup_seconds or STARTUP_SECONDS

    @property
    def timeouts(self) -> CustomTimeouts:
        """How long Pulumi awaits the rolling update, which replaces one pod at a time."""
        turns = self.max_replicas if self.replicas is None else max(self.replicas, 1)
        # Not STARTUP_SECONDS: only a startup time of the settings extends the wait. Otherwise `up` would wait
        # as long for every model that never loads.
        return awaited(self.server.startup_seconds or START_SECONDS, turns=turns, cuda=self.gpu > 0)

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
        # A process that is not root cannot listen on ports below 1024.
        if not 1024 <= self.container_port <= 65535:
            raise ValueError(f"container_port {self.container_port} must be between 1024 and 65535")
        if self.gpu < 0:
            raise ValueError(f"gpu must be 0 or more, got {self.gpu}")
        self.placement.require_fits(self.gpu)
        if self.replicas is not None and self.replicas < 0:
            raise ValueError(f"replicas must be 0 or more, or absent for an autoscaler, got {self.replicas}")
        if self.drain_seconds < 1:
            raise ValueError(f"drain_seconds must be 1 or more, got {self.drain_seconds}")
