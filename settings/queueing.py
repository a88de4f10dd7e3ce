"""Queues for training: what Kueue gives out."""

from typing import Annotated

from pydantic import Field

from settings.base import Items, Model
from settings.fields import LabelValue, Quantity

# The LocalQueue that every team with a queue has in its namespace.
LOCAL_QUEUE = "training"


class QueueingSettings(Model):
    """Kueue, and what its queues give out."""

    install: bool = True
    """Whether Kueue is installed. `false`: it is on the cluster already, set up as docs/teams.md says."""

    products: Items[LabelValue] = ()
    """GPUs that queues tell apart, by the node's label `nvidia.com/gpu.product`.

    Empty: queues give out no GPUs.
    """


class QueueSettings(Model):
    """The part of a team's quota that its queue gives out; up to the quota it may borrow from others."""

    cpu: Quantity
    """CPU that the team has for itself; at most `quota.cpu`."""

    memory: Quantity
    """Memory that the team has for itself; at most `quota.memory`."""

    gpus: dict[LabelValue, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """GPUs that the team has for itself, by product; at most `quota.gpu` in all.

    The products are those of `platform.queueing.products`. Empty: its queue gives out no GPUs.
    """
