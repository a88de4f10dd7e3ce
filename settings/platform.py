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
    """The platform layer."""

    # Without quota, policies and rights. Where there are teams none by default.
    namespaces: Items[Label] = ("ml",)
    teams: Items[TeamSettings] = ()
    queueing: QueueingSettings | None = None  # None: what there is no room for is refused or waits as pods
    metrics_server: MetricsServerSettings | None = None  # None: the cluster has none, or it is not ours
    # None: no GPUs, or something else offers them, such as NVIDIA's GPU operator.
    gpu: GpuSettings | None = None
    custom_metrics: CustomMetricsSettings | None = None  # None: autoscalers go by CPU only
    gateway: GatewaySettings | None = None  # None: requests go to models' own ports only
    vpa: VpaSettings | None = None  # None: no VerticalPodAutoscaler
    monitoring: MonitoringSettings | None = None  # None: nobody looks
    logging: LoggingSettings | None = None  # None: logs end with the kubelet's rotation, or go with the pod
    nfs: NfsSettings | None = None  # None: no pod can mount a share
    cluster_autoscaler: ClusterAutoscalerSettings | None = None  # None: the machines are as many as they are

    @model_validator(mode="before")
    @classmethod
    def _teams_instead_of_the_default(cls, data: Any) -> Any:
        return {"namespaces": [], **data} if isinstance(data, Mapping) and data.get("teams") else data

    @property
    def namespace_names(self) -> tuple[str, ...]:
        """All namespaces that the platform makes: the plain ones, then those of teams."""
        return (*self.namespaces, *(team.name for team in self.teams))
