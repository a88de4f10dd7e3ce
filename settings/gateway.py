"""The gateway that divides requests between the tracks of models."""

from typing import Annotated

from pydantic import Field

from settings.base import Model
from settings.fields import DnsName, NodePort


class GatewaySettings(Model):
    """A Gateway of the Gateway API."""

    class_name: DnsName | None = None
    """GatewayClass of an implementation that is there.

    `null`: Traefik is installed, with the kinds of the API.
    """

    node_port: NodePort = 30080
    """Port of every machine at which Traefik, or the other implementation, answers."""

    replicas: Annotated[int, Field(ge=1, le=10)] = 1
    """Pods of Traefik."""
