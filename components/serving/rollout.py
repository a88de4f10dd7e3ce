"""Tracks: versions of a model side by side, each with a Deployment and an address of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label
from components.serving.model_server import ModelServer, labels_of, selector_of
from components.serving.model_server_args import ModelServerArgs
from components.serving.promotion import PromotionGateArgs, promotion_gate
from components.serving.service import BLUE_GREEN, register_service

MODEL_LABEL, TRACK_LABEL = "metalml/model", "metalml/track"


def track_of(
    model: str, track: str, server: ModelServerArgs, node_port: int | None = None
) -> ModelServerArgs:
    """The server of a model as one of its tracks: under names of its own, behind an address of its own."""
    name = f"{model}-{track}"
    labels = {**server.labels, MODEL_LABEL: model, TRACK_LABEL: track}
    return replace(server, deployment=name, service=name, node_port=node_port, labels=labels)


def servers_of(tracks: Mapping[str, ModelServerArgs], opts: ResourceOptions | None) -> dict[str, ModelServer]:
    """The servers by the tracks' names, in their order.

    They stand beside the strategy and not below it: with another one they are the same, and go on serving.
    """
    return {track: ModelServer(server.deployment, server, opts) for track, server in tracks.items()}


def entry_metadata(model: str, name: str, track: ModelServerArgs) -> ObjectMetaArgs:
    """Metadata of what leads to the tracks of a model: of none in particular, so that it never changes."""
    labels = {key: value for key, value in labels_of(track).items() if key != TRACK_LABEL}
    return ObjectMetaArgs(
        name=name, namespace=track.namespace, labels={**labels, "app.kubernetes.io/instance": model}
    )


def gates_of(
    name: str,
    gates: Sequence[PromotionGateArgs],
    servers: Mapping[str, ModelServer],
    parent: pulumi.Resource,
) -> list[pulumi.Resource]:
    """The gates of a model; `servers` by the tracks' names."""
    return [promotion_gate(name, gate, servers[gate.track], parent) for gate in gates]


@dataclass(frozen=True, kw_only=True)
class BlueGreenArgs:
    """Two whole tracks, and which of them the model's Service asks."""

    tracks: Mapping[str, ModelServerArgs]
    """By the tracks' names."""
    active: str
    service: str = "ml-model-service"
    node_port: int = 30050
    gates: Sequence[PromotionGateArgs] = ()
    """What tracks must have shown before the Service asks them."""

    def __post_init__(self) -> None:
        require_dns_label("service", self.service)
        if len(self.tracks) != 2:
            raise ValueError(f"tracks must be two, got {len(self.tracks)}")
        if self.active not in self.tracks:
            raise ValueError(f"active {self.active!r} is none of the tracks {', '.join(self.tracks)}")


class BlueGreen(pulumi.ComponentResource):
    """Both tracks run all the time: a switch changes one label in one Service, and so does the way back."""

    servers: Sequence[ModelServer]
    node_port: pulumi.Output[int]
    predict_path: pulumi.Output[str]

    def __init__(self, name: str, args: BlueGreenArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(BLUE_GREEN, name, None, opts)
        servers, active = servers_of(args.tracks, opts), args.tracks[args.active]
        gates = gates_of(name, args.gates, servers, self)
        register_service(
            name,
            parent=self,
            metadata=entry_metadata(name, args.service, active),
            selector=selector_of(active),
            port=active.container_port,
            node_port=args.node_port,
            # Nobody is sent to a track before all of its pods answer.
            after=[*gates, servers[args.active].rolled_out],
        )

        self.servers = list(servers.values())
        self.node_port = pulumi.Output.from_input(args.node_port)
        self.predict_path = self.servers[0].predict_path
        self.register_outputs({})
