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

    ROLLING = "rolling"
    """One Deployment, pod by pod."""
    BLUE_GREEN = "blue-green"
    """Two whole ones; `active` says which is asked."""
    CANARY = "canary"
    """Several, each with its share of the requests."""
    AB = "ab"
    """Several, chosen by a header of the request; the other requests by share."""


class SplitBy(StrEnum):
    """Who divides the requests between tracks."""

    GATEWAY = "gateway"
    """Exactly, by weight and header, at `platform.gateway`."""
    REPLICAS = "replicas"
    """Roughly, and only as the pods' numbers are: each pod gets as much as any other.

    For `canary` only, without gates and autoscaling.
    """


class GateSettings(Model):
    """What a track must have shown before it gets more than a try; no alert about it may fire, either.

    Needs `platform.monitoring`.
    """

    above: Annotated[int, Field(ge=0, le=99)] = 10
    """Percent of the requests that the track may have without."""

    requests: Annotated[int, Field(ge=1)] = 100
    """Predictions that it must have answered well."""

    minutes: Annotated[int, Field(ge=LEAST_GATE_MINUTES, le=1440)] = 10
    """Minutes within which it must have answered them, by pods of the version that it has now."""


class TrackSettings(Model):
    """One of the Deployments that serve a model side by side."""

    name: Label
    """Name of the track: its Deployment and its own Service are called `<model>-<name>`."""

    version: Version
    """Version that the track serves: a folder of the model's files."""

    image: Image | None = None
    """Image of the track's server. `null`: the model's."""

    replicas: Annotated[int, Field(ge=1, le=100)] | None = None
    """Pods of the track; not beside the model's `autoscaling`. `null`: as many as the model's `replicas`."""

    node_port: NodePort | None = None
    """Port of every machine, of this track alone, to look at it.

    `null`: it is reached inside the cluster only.
    """

    weight: Annotated[int, Field(ge=0, le=100)] = 0
    """With `canary` and `ab`: percent of the requests, with `ab` of those that carry no track's headers.

    All weights add up to 100.
    """

    headers: dict[HeaderName, Text] = Field(default_factory=dict)
    """With `ab`: requests that carry all of these headers are this track's.

    Empty: it has those that its weight gives it.
    """

    gate: GateSettings | None = None
    """What the track must have shown before it gets more of the requests.

    `null`: it gets at once what the settings say.
    """


class RolloutSettings(Model):
    """The strategy, and what it needs."""

    strategy: Strategy = Strategy.ROLLING
    """How the next version comes in."""

    tracks: Items[TrackSettings] = ()
    """The versions that are there side by side: two with `blue-green`, two or more with `canary` and `ab`.

    Empty: for `rolling`, which has none.
    """

    active: Label | None = None
    """With `blue-green`: name of the track that answers the model's port. `null`: for other strategies."""

    split_by: SplitBy = SplitBy.GATEWAY
    """With `canary` and `ab`: who divides the requests between the tracks."""

    def share(self, track: TrackSettings) -> int:
        """Percent of the requests that the track gets, but for those that headers give to it."""
        if self.strategy is Strategy.BLUE_GREEN:
            return 100 if track.name == self.active else 0
        return track.weight

    @property
    def routed(self) -> bool:
        """Whether the model is asked through the gateway, and has no port of its own."""
        return self.strategy in (Strategy.CANARY, Strategy.AB) and self.split_by is SplitBy.GATEWAY
