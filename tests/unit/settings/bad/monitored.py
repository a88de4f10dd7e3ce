"""Mistakes in what models want of monitoring, and in alerts."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.monitoring import SCRAPED

ALERTS = "platform.monitoring.rules.alerts"
ALERT: dict[str, Any] = {
    "name": "QueueLong",
    "expr": "queue_length > 1000",
    "summary": "Many wait",
    "description": "More than 1000 wait.",
    "runbook": "https://wiki.example.com/queue#long",
}


def alerts(*given: dict[str, Any]) -> dict[str, Any]:
    """Dev with monitoring on, and with these alerts."""
    return {
        "platform.monitoring": {"rules": {"alerts": list(given)}},
        "cluster.firewall.scrapeRanges": SCRAPED,
    }


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in ALERT.items() if name != key}


SAMPLES = "models/samples.jsonl"
TRAINING = {"name": "resnet", "command": ["python3"], "directory": {"machine": "worker-1"}}


def evaluated(**changes: Any) -> dict[str, Any]:
    """Dev with monitoring on, and a model that is evaluated."""
    return {
        "platform.monitoring": {},
        "cluster.firewall.scrapeRanges": SCRAPED,
        "models[0].evaluation": {"samples": SAMPLES, "accuracy": 0.9, **changes},
    }


MONITORED = {
    "alert without a runbook": Bad(
        change=alerts(without("runbook")),
        at=f"{ALERTS}[0].runbook",
        says=("the key has no default",),
    ),
    "alert whose runbook cannot be opened": Bad(
        change=alerts({**ALERT, "runbook": "see the wiki"}),
        at=f"{ALERTS}[0].runbook",
        says=("see the wiki", "the address of a page"),
    ),
    "alert with a name of ours": Bad(
        change=alerts({**ALERT, "name": "ModelDown"}),
        at=f"{ALERTS}[0].name",
        says=("ModelDown", "none of ours has"),
    ),
    "two alerts of one name": Bad(
        change=alerts(ALERT, ALERT),
        at=f"{ALERTS}[1].name",
        says=("QueueLong", "rename one"),
    ),
    "alert that is called like a series": Bad(
        change=alerts({**ALERT, "name": "queue_long"}),
        at=f"{ALERTS}[0].name",
        says=("queue_long", "LikeThis"),
    ),
    "alert that holds for no duration": Bad(
        change=alerts({**ALERT, "holds": "10 minutes"}),
        at=f"{ALERTS}[0].holds",
        says=("10 minutes", "such as 5m"),
    ),
    "objectives that nobody looks after": Bad(
        change={"models[0].objectives": {}},
        at="models[0].objectives",
        says=("without platform.monitoring", "monitoring: {}"),
    ),
    "objective as a share instead of percent": Bad(
        change={
            "models[0].objectives": {"availabilityPercent": 0.995},
            "platform.monitoring": {},
            "cluster.firewall.scrapeRanges": SCRAPED,
        },
        at="models[0].objectives.availabilityPercent",
        says=("0.995", "94"),
    ),
    "evaluation that nobody hears of": Bad(
        change={"models[0].evaluation": {"samples": SAMPLES, "accuracy": 0.9}},
        at="models[0].evaluation",
        says=("without platform.monitoring",),
    ),
    "gate that has nobody to ask": Bad(
        change={
            "models[0].rollout": {
                "strategy": "blue-green",
                "active": "blue",
                "tracks": [{"name": "blue", "version": 1}, {"name": "green", "version": 1, "gate": {}}],
            },
        },
        at="models[0].rollout.tracks[1].gate",
        says=("without platform.monitoring",),
    ),
    "reports that nobody hears": Bad(
        change={"training": [{**TRAINING, "reports": True}]},
        at="training[0].reports",
        says=("without platform.monitoring",),
    ),
    "threshold in percent": Bad(
        change=evaluated(accuracy=95),
        at="models[0].evaluation.accuracy",
        says=("95", "a share, from 0 to 1", "write 0.95 for 95 %"),
    ),
    "drift below nothing": Bad(
        change=evaluated(drift=-0.1),
        at="models[0].evaluation.drift",
        says=("-0.1", "from 0 to 1"),
    ),
    "evaluation at odd minutes": Bad(
        change=evaluated(everyMinutes=7),
        at="models[0].evaluation.everyMinutes",
        says=("7", "15"),
    ),
    "samples that are not there": Bad(
        change=evaluated(samples="models/none.jsonl"),
        at="models[0].evaluation.samples",
        says=("models/none.jsonl, which is not a file",),
    ),
    "samples that are none": Bad(
        change=evaluated(samples="models/half_plus_two/1/saved_model.pb"),
        at="models[0].evaluation.samples",
        says=("line 1 is not JSON", "correct that line"),
    ),
}
