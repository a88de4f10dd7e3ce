"""What the cluster offers to those who use it."""

from stacks.settings.autoscaling import MetricsServerSettings
from stacks.settings.base import Items, Model
from stacks.settings.fields import Label


class PlatformSettings(Model):
    """The platform layer."""

    namespaces: Items[Label] = ("ml",)
    metrics_server: MetricsServerSettings | None = None  # None: the cluster has none, or it is not ours
