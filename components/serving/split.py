"""Traffic splitting between the tracks of a model: by weights and headers, or by numbers of pods."""

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
    """Tracks behind the Gateway; all mappings are by the tracks' names."""

    tracks: Mapping[str, ModelServerArgs]
    weights: Mapping[str, int]
    """Percent of the requests that match no track's headers."""
    headers: Mapping[str, Mapping[str, str]]
    """Requests with all of a track's headers go to that track, regardless of weights. Empty: no match."""
    gateway: Input[str]
    gateway_namespace: Input[str]
    gateway_node_port: Input[int]
    gates: Sequence[PromotionGateArgs] = ()
    """Gates that tracks must pass before the HTTPRoute has their weights."""

    def __post_init__(self) -> None:
        for what, given in (("weights", self.weights), ("headers", self.headers)):
            if given.keys() != self.tracks.keys():
                raise ValueError(f"{what} must name the tracks {', '.join(self.tracks)}")
        if sum(self.weights.values()) != WHOLE:
            raise ValueError(f"weights must add up to {WHOLE}, they are {sum(self.weights.values())}")


class Routed(pulumi.ComponentResource):
    """Tracks behind an HTTPRoute of the Gateway. A changed weight changes the route and no pod."""

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
            # No requests go to a track before its rollout is complete.
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
    """Tracks whose pods all are endpoints of the model's Service: a track's share is its share of the pods.

    A Service balances connections, not requests: a client with a keep-alive connection stays with one pod.
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
