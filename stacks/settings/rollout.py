"""How a new version of a model takes over from the one before."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.settings.base import Items, Model
from stacks.settings.fields import Image, Label, NodePort, Version


class Strategy(StrEnum):
    """Ways to bring a new version in."""

    ROLLING = "rolling"  # one Deployment, pod by pod
    BLUE_GREEN = "blue-green"  # two whole ones; `active` says which is asked


class TrackSettings(Model):
    """One of the Deployments that serve a model side by side."""

    name: Label  # the Deployment and its own Service are called <model>-<name>
    version: Version  # folder of the model's files
    image: Image | None = None  # None: the model's
    replicas: Annotated[int, Field(ge=1, le=100)] | None = None  # None: the model's
    node_port: NodePort | None = None  # of this track alone, to look at it; None: reached inside the cluster


class RolloutSettings(Model):
    """The strategy, and what it needs."""

    strategy: Strategy = Strategy.ROLLING
    tracks: Items[TrackSettings] = ()
    active: Label | None = None  # blue-green: the track that answers the model's port
