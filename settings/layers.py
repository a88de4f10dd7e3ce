"""Which layers a stack owns, and which stacks own the layers below."""

from enum import StrEnum

from settings.base import Model
from settings.fields import Text


class Layer(StrEnum):
    """The layers, lowest first. Each one stands on all before it."""

    CLUSTER = "cluster"
    """Machines and Kubernetes."""
    PLATFORM = "platform"
    """Namespaces, teams, and what is installed for them."""
    MODELS = "models"
    """What is served and trained."""


class UpstreamSettings(Model):
    """The stacks of the layers below: `prod-cluster`, or in full `organization/metalml/prod-cluster`."""

    cluster: Text | None = None
    """The stack that owns the layer `cluster`. `null`: this one does.

    Default: `<name>-cluster` for a stack `<name>-platform` or `<name>-models`.
    """

    platform: Text | None = None
    """The stack that owns the layer `platform`. `null`: this one does, or stands below it.

    Default: `<name>-platform` for a stack `<name>-models`.
    """

    def stack(self, layer: Layer) -> str:
        """The stack that owns the layer; the settings' rules see to it that it is named where needed."""
        name = self.cluster if layer is Layer.CLUSTER else self.platform
        if name is None:
            raise ValueError(f"metalml:upstream.{layer} names no stack")
        return name


def environment(stack: str) -> str:
    """`prod` for prod-cluster, prod-platform and prod-models; any other stack is its own environment."""
    for layer in Layer:
        if stack.endswith(f"-{layer}"):
            return stack.removesuffix(f"-{layer}")
    return stack
