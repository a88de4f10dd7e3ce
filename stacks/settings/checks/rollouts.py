"""Rules about how new versions of a model are brought in."""

from collections.abc import Iterator
from pathlib import Path

from components.serving.model_versions import versions_in
from stacks.settings.checks.finding import duplicates, known, mistake, present
from stacks.settings.errors import Mistake
from stacks.settings.fields import DNS_LABEL
from stacks.settings.files import HostFiles
from stacks.settings.models import ModelSettings
from stacks.settings.rollout import Strategy
from stacks.settings.stack import Settings

BLUE_GREEN_TRACKS = 2


def tracks_of_the_strategy(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What is given but not used would be ignored, silently."""
    for index, model in enumerate(settings.models):
        rollout, path = model.rollout, f"models[{index}].rollout"
        if not known(rollout, rollout.strategy, rollout.tracks):
            continue
        if rollout.strategy is Strategy.ROLLING:
            for key, given in (("tracks", rollout.tracks), ("active", rollout.active)):
                if given:
                    yield mistake(
                        f"{path}.{key}",
                        "given, with strategy rolling",
                        "nothing: a rolling update has one Deployment",
                        "remove it, or choose strategy: blue-green",
                    )
        else:
            yield from _blue_green(model, path)


def _blue_green(model: ModelSettings, path: str) -> Iterator[Mistake]:
    rollout = model.rollout
    names = [track.name for track in rollout.tracks]
    if len(names) != BLUE_GREEN_TRACKS:
        yield mistake(
            f"{path}.tracks",
            f"{len(names)} tracks",
            "two with strategy blue-green: the one that is asked, and the next or the last one",
            "give two, such as {name: blue, version: 1} and {name: green, version: 2}",
        )
    elif rollout.active is None:
        yield mistake(
            f"{path}.active", "missing", f"the track that is asked: {' or '.join(names)}", "name one of them"
        )
    elif known(rollout.active, *names) and rollout.active not in names:
        yield mistake(
            f"{path}.active", rollout.active, f"one of the tracks: {' or '.join(names)}", "name one of them"
        )


def track_names(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A track's Deployment and its Service are called <model>-<track>."""
    allowed = (
        "a name <model>-<track> that no model, Service or track of the namespace has, 63 characters at most"
    )
    taken = {
        (model.namespace, name): f"models[{index}].{key}"
        for index, model in enumerate(settings.models)
        for key, name in (("name", model.name), ("service.name", model.service.name))
    }
    tracks = [
        (f"models[{index}].rollout.tracks[{number}].name", (model.namespace, f"{model.name}-{track.name}"))
        for index, model in enumerate(settings.models)
        for number, track in enumerate(model.rollout.tracks)
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
    for index, model in enumerate(settings.models):
        files = model.files
        if not isinstance(files, HostFiles) or not present(files.source):
            continue
        there = versions_in(directory / Path(str(files.source)).expanduser())
        for number, track in enumerate(model.rollout.tracks):
            if known(track.version) and there and track.version not in there:
                yield mistake(
                    f"models[{index}].rollout.tracks[{number}].version",
                    track.version,
                    f"a version of {files.source}: {', '.join(map(str, there))}",
                    "correct it, or export that version there",
                )


def one_owner_of_replicas(settings: Settings, _: Path) -> Iterator[Mistake]:
    """An autoscaler owns the number of each track's pods."""
    for index, model in enumerate(settings.models):
        if not present(model.autoscaling):
            continue
        for number, track in enumerate(model.rollout.tracks):
            if present(track.replicas):
                yield mistake(
                    f"models[{index}].rollout.tracks[{number}].replicas",
                    f"{track.replicas}, beside autoscaling",
                    "replicas or the model's autoscaling: one of them owns the number of pods",
                    "remove one",
                )


CHECKS = (tracks_of_the_strategy, track_names, track_versions, one_owner_of_replicas)
