"""Requests divided between the tracks of a model: by weight and header, or by the number of their pods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions

from components.gateway.api import HTTPRoute
from components.serving.gateway import rules_of
from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.promotion import PromotionGateArgs
from components.serving.rollout import MODEL_LABEL, entry_metadata, gates_of, servers_of
from components.serving.service import BY_REPLICAS, register_service

WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class RoutedArgs:
    """Tracks behind the Gateway; everything is by the tracks' names."""

    tracks: Mapping[str, ModelServerArgs]
    weights: Mapping[str, int]
    """Percent of the requests that no header gives to a track."""
    headers: Mapping[str, Mapping[str, str]]
    """Requests that carry all of a track's headers are the track's, whatever the weights. Empty for none."""
    gateway: Input[str]
    gateway_namespace: Input[str]
    gateway_node_port: Input[int]
    gates: Sequence[PromotionGateArgs] = ()
    """What tracks must have shown before the Gateway sends them as much as their weights say."""

    def __post_init__(self) -> None:
        for what, given in (("weights", self.weights), ("headers", self.headers)):
            if given.keys() != self.tracks.keys():
                raise ValueError(f"{what} must name the tracks {', '.join(self.tracks)}")
        if sum(self.weights.values()) != WHOLE:
            raise ValueError(f"weights must add up to {WHOLE}, they are {sum(self.weights.values())}")


class Routed(pulumi.ComponentResource):
    """Tracks that the Gateway sends requests to. A changed weight changes the route and no pod."""

    servers: Sequence[ModelServer]
    node_port: pulumi.Output[int]
    predict_path: pulumi.Output[str]

    def __init__(self, name: str, args: RoutedArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:Routed", name, None, opts)
        by_track = servers_of(args.tracks, opts)
        gates, servers = gates_of(name, args.gates, by_track, self), list(by_track.values())
        first = next(iter(args.tracks.values()))
        route = HTTPRoute(
            name,
            metadata=entry_metadata(name, name, first),
            gateway=args.gateway,
            gateway_namespace=args.gateway_namespace,
            rules=rules_of(
                first.served_name,
                first.container_port,
                {track: server.service for track, server in args.tracks.items()},
                args.weights,
                args.headers,
            ),
            # Nobody is sent to a track before all of its pods answer.
            opts=ResourceOptions(
                parent=self, depends_on=[*gates, *(server.rolled_out for server in servers)]
            ),
        )

        self.servers = servers
        self.node_port = route.id.apply(lambda _: args.gateway_node_port)
        self.predict_path = servers[0].predict_path
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class ByReplicasArgs:
    """Tracks behind one Service."""

    tracks: Mapping[str, ModelServerArgs]
    service: str = "ml-model-service"
    node_port: int = 30050


class ByReplicas(pulumi.ComponentResource):
    """Tracks whose pods are all behind the model's Service: each gets as large a share as it has of the pods.

    Whoever keeps a connection open stays with the pod that it began with, so the share is one of connections.
    """

    servers: Sequence[ModelServer]
    node_port: pulumi.Output[int]
    predict_path: pulumi.Output[str]

    def __init__(self, name: str, args: ByReplicasArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(BY_REPLICAS, name, None, opts)
        servers = list(servers_of(args.tracks, opts).values())
        first = next(iter(args.tracks.values()))
        register_service(
            name,
            parent=self,
            metadata=entry_metadata(name, args.service, first),
            selector={MODEL_LABEL: name},
            port=first.container_port,
            node_port=args.node_port,
            after=[server.rolled_out for server in servers],
        )

        self.servers = servers
        self.node_port = pulumi.Output.from_input(args.node_port)
        self.predict_path = servers[0].predict_path
        self.register_outputs({})
