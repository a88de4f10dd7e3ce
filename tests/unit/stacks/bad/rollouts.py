"""Rollouts."""

from typing import Any

from tests.unit.stacks.bad.mistake import Bad
from tests.unit.stacks.bad.models import model

BLUE, GREEN = {"name": "blue", "version": 1}, {"name": "green", "version": 1}


def blue_green(**changes: Any) -> dict[str, Any]:
    """A rollout over two tracks."""
    return {"strategy": "blue-green", "active": "blue", "tracks": [BLUE, GREEN], **changes}


ROLLOUTS = {
    "unknown strategy": Bad(
        change={"models[0].rollout": {"strategy": "big-bang"}},
        at="models[0].rollout.strategy",
        says=("big-bang", "rolling", "blue-green"),
    ),
    "tracks of a rolling update": Bad(
        change={"models[0].rollout": {"tracks": [BLUE, GREEN]}},
        at="models[0].rollout.tracks",
        says=("with strategy rolling", "strategy: blue-green"),
    ),
    "active track of a rolling update": Bad(
        change={"models[0].rollout": {"active": "blue"}},
        at="models[0].rollout.active",
        says=("with strategy rolling",),
    ),
    "one track": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE])},
        at="models[0].rollout.tracks",
        says=("1 tracks", "two with strategy blue-green"),
    ),
    "no active track": Bad(
        change={"models[0].rollout": {"strategy": "blue-green", "tracks": [BLUE, GREEN]}},
        at="models[0].rollout.active",
        says=("missing", "blue or green"),
    ),
    "active track that is none": Bad(
        change={"models[0].rollout": blue_green(active="red")},
        at="models[0].rollout.active",
        says=("red", "blue or green"),
    ),
    "track twice": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "name": "blue"}])},
        at="models[0].rollout.tracks[1].name",
        says=("ml/ml-model-blue, as models[0].rollout.tracks[0].name has it",),
    ),
    "track named as a model": Bad(
        change={"models[0].rollout": blue_green(), "models[1]": model(name="ml-model-green")},
        at="models[0].rollout.tracks[1].name",
        says=("ml-model-green, as models[1].name has it",),
    ),
    "track named as a Service": Bad(
        change={"models[0].rollout": blue_green(), "models[0].service": {"name": "ml-model-blue"}},
        at="models[0].rollout.tracks[0].name",
        says=("ml-model-blue, as models[0].service.name has it",),
    ),
    "track whose name is too long": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "name": "g" * 60}])},
        at="models[0].rollout.tracks[1].name",
        says=("63 characters at most", "shorter"),
    ),
    "replicas of a track that an autoscaler owns": Bad(
        change={
            "platform.metricsServer": {},
            "models[0].autoscaling": {},
            "models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "replicas": 2}]),
        },
        at="models[0].rollout.tracks[1].replicas",
        says=("2, beside autoscaling",),
    ),
    "version that is not there": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "version": 7}])},
        at="models[0].rollout.tracks[1].version",
        says=("7", "a version of .local/models/half_plus_two: 1"),
    ),
    "version that is no number": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "version": "v2"}])},
        at="models[0].rollout.tracks[1].version",
        says=("v2",),
    ),
    "node port of a track that is the model's": Bad(
        change={"models[0].rollout": blue_green(tracks=[BLUE, {**GREEN, "nodePort": 30050}])},
        at="models[0].rollout.tracks[1].nodePort",
        says=("30050, as models[0].service.nodePort has it",),
    ),
}
