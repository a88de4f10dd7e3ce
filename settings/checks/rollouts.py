"""Rules about how new versions of a model are brought in."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import duplicates, known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.fields import DNS_LABEL
from settings.files import HostFiles
from settings.layers import Layer
from settings.model_versions import versions_in
from settings.models import ModelSettings
from settings.paths import SettingPath, at, each
from settings.rollout import SplitBy, Strategy
from settings.stack import Settings

WHOLE = 100
BLUE_GREEN_TRACKS = 2
USES_TRACKS = (Strategy.BLUE_GREEN, Strategy.CANARY, Strategy.AB)
DIVIDES = (Strategy.CANARY, Strategy.AB)


def _rollouts(settings: Settings) -> Iterator[tuple[SettingPath, ModelSettings]]:
    """Each model whose rollout could be read, with the path of the rollout."""
    for path, model in each(settings.models, at.models):
        rollout = model.rollout
        if known(model, rollout, rollout.strategy, rollout.tracks, *rollout.tracks):
            yield path.rollout, model


def nothing_unused(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What is given but not used would be ignored, silently."""
    for path, model in _rollouts(settings):
        rollout = model.rollout
        given = [
            (path.tracks, rollout.tracks, USES_TRACKS),
            (path.active, rollout.active, (Strategy.BLUE_GREEN,)),
            (path.split_by, "split_by" in rollout.model_fields_set, DIVIDES),
        ]
        # Where nothing uses tracks, they themselves are the mistake, once.
        tracks = rollout.tracks if rollout.strategy in USES_TRACKS else ()
        for place, track in each(tracks, path.tracks):
            given += [
                (place.weight, known(track.weight) and track.weight, DIVIDES),
                (place.headers, known(track.headers) and track.headers, (Strategy.AB,)),
                (place.gate, known(track.gate) and track.gate, USES_TRACKS),
            ]
        for place, value, users in given:
            if value and rollout.strategy not in users:
                yield mistake(
                    place,
                    f"given, with strategy {rollout.strategy}",
                    f"nothing: it is for strategy {' or '.join(users)}",
                    "remove it, or choose that strategy",
                )


def two_or_more_tracks(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Blue-green has two tracks, and the others more than one."""
    for path, model in _rollouts(settings):
        strategy, count = model.rollout.strategy, len(model.rollout.tracks)
        if strategy in DIVIDES and count < BLUE_GREEN_TRACKS:
            yield mistake(
                path.tracks,
                f"{count} tracks",
                f"two or more with strategy {strategy}",
                "give them, such as {name: old, version: 1, weight: 90}, {name: new, version: 2, weight: 10}",
            )
        if strategy is Strategy.BLUE_GREEN and count != BLUE_GREEN_TRACKS:
            yield mistake(
                path.tracks,
                f"{count} tracks",
                "two with strategy blue-green: the one that is asked, and the next or the last one",
                "give two, such as {name: blue, version: 1} and {name: green, version: 2}",
            )


def active_track(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Blue-green needs to know whom to ask."""
    for path, model in _rollouts(settings):
        active, names = model.rollout.active, [track.name for track in model.rollout.tracks]
        if model.rollout.strategy is not Strategy.BLUE_GREEN or not names or not known(active, *names):
            continue
        if active not in names:
            yield mistake(
                path.active,
                active or "missing",
                f"one of the tracks: {' or '.join(names)}",
                "name one of them",
            )


def weights_add_up(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Shares of a whole that is not a hundred mean something else to everybody."""
    for path, model in _rollouts(settings):
        rollout = model.rollout
        weights = [track.weight for track in rollout.tracks]
        if rollout.strategy not in DIVIDES or not weights or not known(*weights):
            continue
        if sum(weights) != WHOLE:
            yield mistake(
                path.tracks,
                f"weights {' + '.join(map(str, weights))} = {sum(weights)}",
                f"weights that add up to {WHOLE}: each is percent of the requests",
                "correct them",
            )
        elif rollout.split_by is SplitBy.REPLICAS:
            yield from _weights_as_replicas(path, model)


def _weights_as_replicas(path: SettingPath, model: ModelSettings) -> Iterator[Mistake]:
    """Without the gateway nothing but the number of pods divides the requests."""
    if present(model.autoscaling):
        yield mistake(
            path.split_by,
            "replicas, beside autoscaling",
            "gateway, where an autoscaler changes the number of pods",
            "choose splitBy: gateway, or remove autoscaling",
        )
        return
    counts = [track.replicas or model.replicas for track in model.rollout.tracks]
    if not known(*counts):
        return
    for place, (track, count) in each(zip(model.rollout.tracks, counts, strict=True), path.tracks):
        if track.weight * sum(counts) != WHOLE * count:
            yield mistake(
                place.weight,
                f"{track.weight}, with {count} of {sum(counts)} pods",
                f"{WHOLE * count / sum(counts):g}: with splitBy replicas a share is a share of the pods",
                "correct weight or replicas, or choose splitBy: gateway",
            )
            return


def headers_choose(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A header decides only at the gateway, and only if it is one track's."""
    for path, model in _rollouts(settings):
        rollout = model.rollout
        headers = [track.headers for track in rollout.tracks]
        if rollout.strategy is not Strategy.AB or not headers or not known(*headers):
            continue
        if rollout.split_by is SplitBy.REPLICAS:
            yield mistake(
                path.split_by,
                "replicas, with strategy ab",
                "gateway: a Service does not read headers",
                "choose splitBy: gateway (and platform.gateway), or strategy: canary",
            )
        elif not any(headers):
            yield mistake(
                path.tracks,
                "no track has headers",
                "headers for at least one track with strategy ab",
                "give them, such as headers: {x-variant: b}, or choose strategy: canary",
            )
        yield from duplicates(
            (
                (place.headers, tuple(sorted((k.lower(), v) for k, v in wanted.items())))
                for place, wanted in each(headers, path.tracks)
                if wanted
            ),
            "headers that no other track has",
            "change one",
        )


def something_routes(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A route that no Gateway takes leads nowhere."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.gateway):
        return
    for path, model in _rollouts(settings):
        if model.rollout.routed and settings.platform.gateway is None:
            yield mistake(
                path.strategy,
                f"{model.rollout.strategy}, on a platform without a gateway",
                "canary and ab with platform.gateway, or canary with splitBy: replicas",
                "add gateway: {} to metalml:platform, or choose another",
            )


def gates_hold(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A gate stands before a switch, and one by the number of pods is none."""
    for path, model in _rollouts(settings):
        rollout = model.rollout
        for place, track in each(rollout.tracks, path.tracks):
            if rollout.strategy in DIVIDES and rollout.split_by is SplitBy.REPLICAS and present(track.gate):
                yield mistake(
                    place.gate,
                    "given, with splitBy replicas",
                    "with splitBy: gateway, or strategy: blue-green",
                    "choose splitBy: gateway (and platform.gateway), or leave it out",
                )


def gateway_port(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server gives a NodePort to one Service only."""
    gateway = settings.platform.gateway
    if not owned(settings, Layer.PLATFORM) or not present(gateway) or gateway is None:
        return
    ports = [
        (path.service.node_port, model.service.node_port) for path, model in each(settings.models, at.models)
    ]
    for path, port in ports:
        if present(port, gateway.node_port) and port == gateway.node_port:
            yield mistake(
                at.platform.gateway.node_port,
                f"{port}, as {path} has it",
                "a port of its own",
                "give one another port from 30000 to 32767",
            )


def routed_names(settings: Settings, _: Path) -> Iterator[Mistake]:
    """All models behind the gateway are told apart by the names in their paths."""
    yield from duplicates(
        (
            (path.served_name, model.served_name)
            for path, model in each(settings.models, at.models)
            if known(model.rollout, model.rollout.strategy, model.rollout.split_by) and model.rollout.routed
        ),
        "a name that no other model behind the gateway has",
        "choose another servedName",
    )


def track_names(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A track's Deployment and its Service are called <model>-<track>."""
    allowed = "a name <model>-<track> that nothing else of the namespace has, at most 63 characters"
    taken = {
        (model.namespace, name): place
        for path, model in each(settings.models, at.models)
        for place, name in ((path.name, model.name), (path.service.name, model.service.name))
    }
    tracks = [
        (place.name, (model.namespace, f"{model.name}-{track.name}"))
        for path, model in each(settings.models, at.models)
        for place, track in each(model.rollout.tracks, path.rollout.tracks)
        if present(model.namespace, model.name, track.name)
    ]
    for path, (namespace, name) in tracks:
        if (namespace, name) in taken:
            yield mistake(path, f"{name}, as {taken[namespace, name]} has it", allowed, "rename one")
        elif not DNS_LABEL.fullmatch(name):
            yield mistake(path, name, allowed, "choose a shorter one")
    yield from duplicates(
        ((path, f"{namespace}/{name}") for path, (namespace, name) in tracks), allowed, "rename one"
    )


def track_versions(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """A server without the version that it is to serve never becomes ready."""
    for path, model in each(settings.models, at.models):
        files = model.files
        if not isinstance(files, HostFiles) or not present(files.source):
            continue
        there = versions_in(directory / Path(str(files.source)).expanduser())
        for place, track in each(model.rollout.tracks, path.rollout.tracks):
            if known(track.version) and there and track.version not in there:
                yield mistake(
                    place.version,
                    track.version,
                    f"a version of {files.source}: {', '.join(map(str, there))}",
                    "correct it, or export that version there",
                )


def one_owner_of_replicas(settings: Settings, _: Path) -> Iterator[Mistake]:
    """An autoscaler owns the number of each track's pods."""
    for path, model in each(settings.models, at.models):
        if not present(model.autoscaling):
            continue
        for place, track in each(model.rollout.tracks, path.rollout.tracks):
            if present(track.replicas):
                yield mistake(
                    place.replicas,
                    f"{track.replicas}, beside autoscaling",
                    "replicas or the model's autoscaling: one of them owns the number of pods",
                    "remove one",
                )


CHECKS = (
    nothing_unused,
    two_or_more_tracks,
    active_track,
    weights_add_up,
    headers_choose,
    something_routes,
    gates_hold,
    gateway_port,
    routed_names,
    track_names,
    track_versions,
    one_owner_of_replicas,
)
