"""How a new version of a model takes over from the one before."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from settings.base import Items, Model
from settings.fields import HeaderName, Image, Label, NodePort, Text, Version

# The least window: a counter is known to have grown when it was scraped a few times.
LEAST_GATE_MINUTES = 5


class Strategy(StrEnum):
    """Ways to bring a new version in."""

    ROLLING = "rolling"  # one Deployment, pod by pod
    BLUE_GREEN = "blue-green"  # two whole ones; `active` says which is asked
    CANARY = "canary"  # several, each with its share of the requests
    AB = "ab"  # several, chosen by a header of the request; the other requests by share


class SplitBy(StrEnum):
    """Who divides the requests between tracks."""

    GATEWAY = "gateway"  # exactly, by weight and header, at platform.gateway
    REPLICAS = "replicas"  # roughly, and only as the pods' numbers are: each pod gets as much as any other


class GateSettings(Model):
    """What a track must have shown before it gets more than a try; no alert about it may fire, either."""

    above: Annotated[int, Field(ge=0, le=99)] = 10  # percent of the requests that it may have without
    requests: Annotated[int, Field(ge=1)] = 100  # predictions that it has answered well
    # Within which, by pods of the version that it has now.
    minutes: Annotated[int, Field(ge=LEAST_GATE_MINUTES, le=1440)] = 10


class TrackSettings(Model):
    """One of the Deployments that serve a model side by side."""

    name: Label  # the Deployment and its own Service are called <model>-<name>
    version: Version  # folder of the model's files
    image: Image | None = None  # None: the model's
    replicas: Annotated[int, Field(ge=1, le=100)] | None = None  # None: the model's
    node_port: NodePort | None = None  # of this track alone, to look at it; None: reached inside the cluster
    # canary and ab: percent of the requests. ab: of those that carry no track's headers.
    weight: Annotated[int, Field(ge=0, le=100)] = 0
    # ab: requests that carry all of these are this track's.
    headers: dict[HeaderName, Text] = Field(default_factory=dict)
    gate: GateSettings | None = None  # None: it gets what the settings say


class RolloutSettings(Model):
    """The strategy, and what it needs."""

    strategy: Strategy = Strategy.ROLLING
    tracks: Items[TrackSettings] = ()
    active: Label | None = None  # blue-green: the track that answers the model's port
    split_by: SplitBy = SplitBy.GATEWAY  # canary and ab

    def share(self, track: TrackSettings) -> int:
        """Percent of the requests that the track gets, but for those that headers give to it."""
        if self.strategy is Strategy.BLUE_GREEN:
            return 100 if track.name == self.active else 0
        return track.weight

    @property
    def routed(self) -> bool:
        """Whether the model is asked through the gateway, and has no port of its own."""
        return self.strategy in (Strategy.CANARY, Strategy.AB) and self.split_by is SplitBy.GATEWAY
