"""Queues for training: what Kueue gives out."""

from typing import Annotated

from pydantic import Field

from settings.base import Items, Model
from settings.fields import LabelValue, Quantity

# The LocalQueue that every team with a queue has in its namespace.
LOCAL_QUEUE = "training"


class QueueingSettings(Model):
    """Kueue, and what its queues give out."""

    install: bool = True  # false: it is on the cluster already, as docs/teams.md says how

    # GPUs that queues tell apart, by the node's label nvidia.com/gpu.product.
    products: Items[LabelValue] = ()


class QueueSettings(Model):
    """The part of a team's quota that its queue gives out; up to the quota it may borrow from others."""

    cpu: Quantity
    memory: Quantity
    gpus: dict[LabelValue, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)  # by product
