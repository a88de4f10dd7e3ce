"""What measures the pods, and what decides how many there are."""

from typing import Annotated

from pydantic import Field

from components.autoscaling.vertical import Sized, VerticalMode
from stacks.settings.base import Model

MOST_REPLICAS = 100  # as many as `replicas` of a model takes


class MetricsServerSettings(Model):
    """metrics-server: `kubectl top`, and what autoscalers go by. Needed once per cluster."""

    # With one, both pause for half a minute when its machine goes.
    replicas: Annotated[int, Field(ge=1, le=5)] = 1


class VpaSettings(Model):
    """VerticalPodAutoscaler: how much CPU and memory pods should ask for. It has nothing to choose."""


class VerticalSettings(Model):
    """What the VerticalPodAutoscaler does for a model."""

    mode: VerticalMode = VerticalMode.RECOMMEND
    resources: Annotated[tuple[Sized, ...], Field(min_length=1)] = tuple(Sized)


class AutoscalingSettings(Model):
    """How many pods serve a model. It owns the number: `replicas` must not be given beside it."""

    min: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 1
    max: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 3
    # Of resources.requests.cpu, on the pods' average; may be above 100 where limits leave room.
    cpu_percent: Annotated[int, Field(ge=1, le=1000)] = 70
    # How long the load must have been lower before a pod goes: to load the model again is slow.
    down_after_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    vertical: VerticalSettings | None = None  # None: nobody looks at the size of the pods

    @property
    def moves(self) -> bool:
        """Whether there is a number to choose."""
        return self.min < self.max
