"""The rollout of a model's versions, by the strategy of its settings."""

from collections.abc import Mapping
from dataclasses import replace

from pulumi import ResourceOptions

from components.serving.model_server import ModelServer
from components.serving.model_server_args import ModelServerArgs
from components.serving.promotion import PromotionGateArgs
from components.serving.rollout import BlueGreen, BlueGreenArgs, track_of
from components.serving.split import ByReplicas, ByReplicasArgs, Routed, RoutedArgs
from settings import ModelSettings, Strategy, TrackSettings
from stacks.model_files import ONLY_TRACK
from stacks.outputs import ClusterOutputs, PlatformOutputs

Served = ModelServer | BlueGreen | Routed | ByReplicas


def serve(
    model: ModelSettings,
    servers: Mapping[str, ModelServerArgs],
    cluster: ClusterOutputs,
    platform: PlatformOutputs,
    options: ResourceOptions,
) -> Served:
    """Register a model's servers by its rollout strategy; `servers` are the base arguments by track."""
    rollout, service = model.rollout, model.service
    if rollout.strategy is Strategy.ROLLING:
        return ModelServer(model.name, servers[ONLY_TRACK], options)
    tracks = {track.name: _track(model, track, servers[track.name]) for track in rollout.tracks}
    gates = _gates(model, cluster, platform)
    if rollout.strategy is Strategy.BLUE_GREEN:
        args = BlueGreenArgs(
            tracks=tracks,
            active=rollout.active or "",
            service=service.name,
            node_port=service.node_port,
            gates=gates,
        )
        return BlueGreen(model.name, args, options)
    if not rollout.routed:
        shared = ByReplicasArgs(tracks=tracks, service=service.name, node_port=service.node_port)
        return ByReplicas(model.name, shared, options)
    gateway = platform.models_gateway()
    routed = RoutedArgs(
        tracks=tracks,
        weights={track.name: track.weight for track in rollout.tracks},
        headers={track.name: track.headers for track in rollout.tracks},
        gateway=gateway["name"],
        gateway_namespace=gateway["namespace"],
        # Numbers in outputs of another stack are floats.
        gateway_node_port=gateway["nodePort"].apply(int),
        gates=gates,
    )
    return Routed(model.name, routed, options)


def _gates(
    model: ModelSettings, cluster: ClusterOutputs, platform: PlatformOutputs
) -> list[PromotionGateArgs]:
    """The gates of tracks whose new share is above the share that needs no gate."""
    wanted = [
        (track, track.gate, model.rollout.share(track))
        for track in model.rollout.tracks
        if track.gate is not None
    ]
    return [
        PromotionGateArgs(
            control_plane=cluster.control_plane(),
            namespace=platform.monitored().apply(lambda _: model.namespace),
            model=model.name,
            track=track.name,
            share=share,
            gate=gate,
        )
        for track, gate, share in wanted
        if share > gate.above
    ]


def _track(model: ModelSettings, track: TrackSettings, server: ModelServerArgs) -> ModelServerArgs:
    own = replace(server, image=track.image or server.image, replicas=track.replicas or server.replicas)
    return track_of(model.name, track.name, own, node_port=track.node_port)
