"""What the cluster offers to those who use it."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from settings.autoscaling import (
    ClusterAutoscalerSettings,
    CustomMetricsSettings,
    MetricsServerSettings,
    VpaSettings,
)
from settings.base import Items, Model
from settings.fields import Label
from settings.gateway import GatewaySettings
from settings.gpu import GpuSettings
from settings.logging import LoggingSettings
from settings.monitoring import MonitoringSettings
from settings.nfs import NfsSettings
from settings.queueing import QueueingSettings
from settings.teams import TeamSettings


class PlatformSettings(Model):
    """The platform layer: what is left out is not installed."""

    namespaces: Items[Label] = ("ml",)
    """Namespaces without quota, policies and rights, for models of your own.

    Where there are `teams` the default is `[]`.
    """

    teams: Items[TeamSettings] = ()
    """Who shares the cluster (docs/teams.md). Each name is once in `namespaces` and `teams` together."""

    queueing: QueueingSettings | None = None
    """Queues for training, which at least one team has.

    `null`: what there is no room for is refused, or waits as pods.
    """

    metrics_server: MetricsServerSettings | None = None
    """CPU and memory of pods, for `kubectl top` and autoscalers.

    `null`: the cluster has no metrics-server, or somebody else's.
    """

    gpu: GpuSettings | None = None
    """NVIDIA's device plugin and exporter of metrics (docs/gpu.md).

    `null`: there are no GPUs, or something else offers them, such as NVIDIA's GPU operator.
    """

    custom_metrics: CustomMetricsSettings | None = None
    """Requests, queues and GPUs for autoscalers (docs/autoscaling.md). `null`: they go by CPU only."""

    gateway: GatewaySettings | None = None
    """What divides requests between the tracks of models (docs/rollouts.md).

    `null`: requests go to models' own ports only.
    """

    vpa: VpaSettings | None = None
    """The VerticalPodAutoscaler, for `autoscaling.vertical` of models; it needs `metricsServer`.

    `null`: there is none.
    """

    monitoring: MonitoringSettings | None = None
    """Prometheus, alerts and dashboards (docs/monitoring.md). `null`: nobody looks."""

    logging: LoggingSettings | None = None
    """Where the logs of all containers go (docs/logging.md).

    `null`: they end with the kubelet's rotation, or go with the pod.
    """

    nfs: NfsSettings | None = None
    """The driver for NFS shares (docs/model-files.md). `null`: no pod can mount a share."""

    cluster_autoscaler: ClusterAutoscalerSettings | None = None
    """Where more machines come from. `null`: the machines are as many as they are."""

    @model_validator(mode="before")
    @classmethod
    def _teams_instead_of_the_default(cls, data: Any) -> Any:
        return {"namespaces": [], **data} if isinstance(data, Mapping) and data.get("teams") else data

    @property
    def namespace_names(self) -> tuple[str, ...]:
        """All namespaces that the platform makes: the plain ones, then those of teams."""
        return (*self.namespaces, *(team.name for team in self.teams))
