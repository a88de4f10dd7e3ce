"""What a model's server is asked to serve."""

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.rollouts import blue_green

SERVER = {
    "label of a version that is not served": Bad(
        change={"models[0].server": {"versions": [1], "labels": {"stable": 1, "canary": 2}}},
        at="models[0].server.labels.canary",
        says=("2", "one of server.versions: 1"),
    ),
    "label of no version": Bad(
        change={"models[0].server": {"labels": {"stable": 1}}},
        at="models[0].server.labels.stable",
        says=("there is none",),
    ),
    "label that is no part of a path": Bad(
        change={"models[0].server": {"versions": [1], "labels": {"a/b": 1}}},
        at="models[0].server.labels.a/b",
        says=("letters, digits and _",),
    ),
    "served version that is not there": Bad(
        change={"models[0].server": {"versions": [1, 9]}},
        at="models[0].server.versions[1]",
        says=("9", "a version of .local/models/half_plus_two: 1"),
    ),
    "served versions of tracks": Bad(
        change={"models[0].server": {"versions": [1]}, "models[0].rollout": blue_green()},
        at="models[0].server.versions",
        says=("beside rollout.tracks", "strategy: rolling"),
    ),
    "batch of nothing": Bad(
        change={"models[0].server": {"batching": {"maxBatchSize": 0}}},
        at="models[0].server.batching.maxBatchSize",
        says=("0",),
    ),
}
