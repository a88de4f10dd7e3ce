"""What the cluster offers to those who use it."""

from stacks.settings.autoscaling import MetricsServerSettings, VpaSettings
from stacks.settings.base import Items, Model
from stacks.settings.fields import Label
from stacks.settings.gpu import GpuSettings


class PlatformSettings(Model):
    """The platform layer."""

    namespaces: Items[Label] = ("ml",)
    metrics_server: MetricsServerSettings | None = None  # None: the cluster has none, or it is not ours
    gpu: GpuSettings | None = (
        None  # None: no GPUs, or something else offers them, such as NVIDIA's GPU operator
    )
    vpa: VpaSettings | None = None  # None: no VerticalPodAutoscaler
