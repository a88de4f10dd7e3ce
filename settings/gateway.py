"""The gateway that divides requests between the tracks of models."""

from typing import Annotated

from pydantic import Field

from settings.base import Model
from settings.fields import DnsName, NodePort


class GatewaySettings(Model):
    """A Gateway of the Gateway API."""

    # GatewayClass of an implementation that is there. None: Traefik is installed, with the kinds of the API.
    class_name: DnsName | None = None
    # Where every machine answers for it: the port of the Traefik that is installed, or of the other one.
    node_port: NodePort = 30080
    replicas: Annotated[int, Field(ge=1, le=10)] = 1  # of Traefik
