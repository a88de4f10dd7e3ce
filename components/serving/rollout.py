"""Tracks: versions of a model side by side, each with its own Deployment and Service; blue-green rollouts."""

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
    """The model server of one track: named <model>-<track>, with its own Service."""
    name = f"{model}-{track}"
    labels = {**server.labels, MODEL_LABEL: model, TRACK_LABEL: track}
    return replace(server, deployment=name, service=name, node_port=node_port, labels=labels)


def servers_of(tracks: Mapping[str, ModelServerArgs], opts: ResourceOptions | None) -> dict[str, ModelServer]:
    """The servers by the tracks' names, in their order.

    They are siblings of the strategy's component, not its children: another strategy keeps their URNs, and
    their pods continue to serve.
    """
    return {track: ModelServer(server.deployment, server, opts) for track, server in tracks.items()}


def entry_metadata(model: str, name: str, track: ModelServerArgs) -> ObjectMetaArgs:
    """Metadata of the Service or HTTPRoute of a model: without a track's label, so that it never changes."""
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
    """Register the promotion gates of a model; `servers` are by the tracks' names."""
    return [promotion_gate(name, gate, servers[gate.track], parent) for gate in gates]


@dataclass(frozen=True, kw_only=True)
class BlueGreenArgs:
    """Two tracks, and the active one, which the model's Service selects."""

    tracks: Mapping[str, ModelServerArgs]
    """By the tracks' names."""
    active: str
    service: str = "ml-model-service"
    node_port: int = 30050
    gates: Sequence[PromotionGateArgs] = ()
    """Gates that tracks must pass before the Service selects them."""

    def __post_init__(self) -> None:
        require_dns_label("service", self.service)
        if len(self.tracks) != 2:
            raise ValueError(f"tracks must be two, got {len(self.tracks)}")
        if self.active not in self.tracks:
            raise ValueError(f"active {self.active!r} is none of the tracks {', '.join(self.tracks)}")


class BlueGreen(pulumi.ComponentResource):
    """Both tracks run all the time: promotion and rollback change one label of one Service's selector."""

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
            # No requests go to a track before its rollout is complete.
            after=[*gates, servers[args.active].rolled_out],
        )

        self.servers = list(servers.values())
        self.node_port = pulumi.Output.from_input(args.node_port)
        self.predict_path = self.servers[0].predict_path
        self.register_outputs({})
