"""Rollouts."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.models import model
from tests.unit.settings.bad.monitoring import SCRAPED

BLUE, GREEN = {"name": "blue", "version": 1}, {"name": "green", "version": 1}


def blue_green(**changes: Any) -> dict[str, Any]:
    """A rollout over two tracks."""
    return {"strategy": "blue-green", "active": "blue", "tracks": [BLUE, GREEN], **changes}


def canary(*weights: int, strategy: str = "canary", **changes: Any) -> dict[str, Any]:
    """A rollout over tracks with these weights."""
    tracks = [{"name": f"t{number}", "version": 1, "weight": weight} for number, weight in enumerate(weights)]
    return {"strategy": strategy, "tracks": tracks, **changes}


GATEWAY: dict[str, Any] = {"platform.gateway": {}}


def gated(rollout: dict[str, Any], **gate: Any) -> dict[str, Any]:
    """Dev with monitoring on, and a rollout whose second track has this gate."""
    return {
        **GATEWAY,
        "platform.monitoring": {},
        "cluster.firewall.scrapeRanges": SCRAPED,
        "models[0].rollout": rollout,
        "models[0].rollout.tracks[1].gate": gate,
    }


ROLLOUTS = {
    "weights that do not add up": Bad(
        change={**GATEWAY, "models[0].rollout": canary(90, 20)},
        at="models[0].rollout.tracks",
        says=("weights 90 + 20 = 110", "add up to 100"),
    ),
    "weight over a hundred": Bad(
        change={**GATEWAY, "models[0].rollout": canary(101, 0)},
        at="models[0].rollout.tracks[0].weight",
        says=("101", "100"),
    ),
    "one canary": Bad(
        change={**GATEWAY, "models[0].rollout": canary(100)},
        at="models[0].rollout.tracks",
        says=("1 tracks", "two or more"),
    ),
    "weights of blue and green": Bad(
        change={"models[0].rollout": blue_green(tracks=[{**BLUE, "weight": 100}, GREEN])},
        at="models[0].rollout.tracks[0].weight",
        says=("with strategy blue-green", "canary or ab"),
    ),
    "headers of a canary": Bad(
        change={
            **GATEWAY,
            "models[0].rollout": canary(90, 10),
            "models[0].rollout.tracks[1].headers": {"x-variant": "b"},
        },
        at="models[0].rollout.tracks[1].headers",
        says=("with strategy canary", "for strategy ab"),
    ),
    "active track of a canary": Bad(
        change={**GATEWAY, "models[0].rollout": canary(90, 10, active="t0")},
        at="models[0].rollout.active",
        says=("with strategy canary", "blue-green"),
    ),
    "A/B without headers": Bad(
        change={**GATEWAY, "models[0].rollout": canary(50, 50, strategy="ab")},
        at="models[0].rollout.tracks",
        says=("no track has headers", "x-variant"),
    ),
    "A/B by replicas": Bad(
        change={
            "models[0].rollout": canary(50, 50, strategy="ab", splitBy="replicas"),
            "models[0].rollout.tracks[1].headers": {"x-variant": "b"},
        },
        at="models[0].rollout.splitBy",
        says=("does not read headers", "platform.gateway"),
    ),
    "headers of two tracks": Bad(
        change={
            **GATEWAY,
            "models[0].rollout": canary(50, 50, strategy="ab"),
            "models[0].rollout.tracks[0].headers": {"X-Variant": "b"},
            "models[0].rollout.tracks[1].headers": {"x-variant": "b"},
        },
        at="models[0].rollout.tracks[1].headers",
        says=("as models[0].rollout.tracks[0].headers has it",),
    ),
    "header that is none": Bad(
        change={
            **GATEWAY,
            "models[0].rollout": canary(50, 50, strategy="ab"),
            "models[0].rollout.tracks[0].headers": {"x-variant": "a"},
            "models[0].rollout.tracks[1].headers": {"x variant": "b"},
        },
        at="models[0].rollout.tracks[1].headers.x variant",
        says=("x variant", "HTTP header"),
    ),
    "canary without a gateway": Bad(
        change={"models[0].rollout": canary(90, 10)},
        at="models[0].rollout.strategy",
        says=("canary, on a platform without a gateway", "splitBy: replicas"),
    ),
    "share that is not the share of the pods": Bad(
        change={"models[0].rollout": canary(90, 10, splitBy="replicas")},
        at="models[0].rollout.tracks[0].weight",
        says=("90, with 1 of 2 pods", "50", "splitBy: gateway"),
    ),
    "share of pods that an autoscaler changes": Bad(
        change={
            "platform.metricsServer": {},
            "models[0].autoscaling": {},
            "models[0].rollout": canary(50, 50, splitBy="replicas"),
        },
        at="models[0].rollout.splitBy",
        says=("beside autoscaling", "gateway"),
    ),
    "two models behind the gateway under one name": Bad(
        change={
            **GATEWAY,
            "models[0].rollout": canary(90, 10),
            "models[1]": model(
                servedName="default",
                files={"source": ".local/models/half_plus_two", "machine": "worker-1", "hostPath": "/mnt/b"},
                rollout=canary(50, 50),
            ),
        },
        at="models[1].servedName",
        says=("default, as models[0].servedName has it", "behind the gateway"),
    ),
    "gate before pods that are counted": Bad(
        change=gated(canary(50, 50, splitBy="replicas")),
        at="models[0].rollout.tracks[1].gate",
        says=("with splitBy replicas", "blue-green"),
    ),
    "gate that asks for nothing": Bad(
        change=gated(canary(50, 50), requests=0),
        at="models[0].rollout.tracks[1].gate.requests",
        says=("0", "1"),
    ),
    "gate over less than what is recorded": Bad(
        change=gated(canary(50, 50), minutes=1),
        at="models[0].rollout.tracks[1].gate.minutes",
        says=("1", "5"),
    ),
    "gateway on a model's port": Bad(
        change={"platform.gateway": {"nodePort": 30050}},
        at="platform.gateway.nodePort",
        says=("30050", "models[0].service.nodePort"),
    ),
    "unknown strategy": Bad(
        change={"models[0].rollout": {"strategy": "big-bang"}},
        at="models[0].rollout.strategy",
        says=("big-bang", "rolling", "blue-green"),
    ),
    "tracks of a rolling update": Bad(
        change={"models[0].rollout": {"tracks": [BLUE, GREEN]}},
        at="models[0].rollout.tracks",
        says=("with strategy rolling", "strategy blue-green"),
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
        says=("at most 63 characters", "shorter"),
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
