"""CPU and memory."""

from settings.base import Model
from settings.fields import Quantity


class ComputeSettings(Model):
    """An amount of CPU and memory."""

    cpu: Quantity
    """CPU, in cores."""

    memory: Quantity
    """Memory, in bytes."""

    @property
    def amounts(self) -> dict[str, str]:
        """By the names of resources."""
        return {"cpu": self.cpu, "memory": self.memory}
