"""Alertmanager's configuration file, as text. No secret stands in it: each is a file of its own."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.monitoring.alerting.channels import receiver
from components.monitoring.rules.self_monitoring import WATCHDOG
from settings.alerting import AlertingSettings, HeartbeatSettings, RouteSettings
from settings.alerts import HEARTBEAT, NOBODY, Severity

# Where the operator mounts the Secret with this file, and with what else there is in it.
CONFIGURATION_DIRECTORY = "/etc/alertmanager/config"
TEMPLATES_FILE = "messages.tmpl"
TEMPLATES = Path(__file__).parent / "files" / TEMPLATES_FILE

# One message for the tracks of a model, the pods of a Deployment and so on.
GROUPED_BY = ("alertname", "namespace", "model")
# Seconds until the first message of a group: what fails together is told together.
GROUP_WAIT = 30
# Seconds between messages of a group, about alerts that came or went. Alertmanager's 300 suit groups that
# hold whole clusters; ours are narrow, and whoever was woken wants to know soon that it is over.
GROUP_INTERVAL = 60
# Alertmanager sends a repetition only if the last message is older than the interval at the next look. With
# both the same it would be a race, and every second heartbeat late.
HEARTBEAT_MARGIN = 10
# Alertmanager's own: how soon to say again what still fires.
REPEAT = "4h"
# Told only where a route asks for them.
UNSENT = (Severity.INFO, Severity.NONE)
MILDER = (Severity.WARNING, Severity.INFO)
# What tells apart two things that the same rule is about.
IDENTITY = ("namespace", "model", "track", "deployment", "job", "pod", "node", "instance")
# What follows from what, and by which labels both are seen to be about the same thing. Whoever is told of the
# cause need not be told of the rest. An empty name: everything else.
CONSEQUENCES = (
    ("ModelDown", "ModelAvailabilityBurn|ModelLatencyBurn", ("model", "namespace", "track")),
    ("ModelDown", "PodsMissing", ("deployment", "namespace")),
    ("NodeNotReady", "", ("node",)),
)


def alertmanager_configuration(alerting: AlertingSettings) -> str:
    """The file `alertmanager.yaml`."""
    receivers = [{"name": NOBODY}, *(receiver(one.name, one.channels) for one in alerting.receivers)]
    if alerting.heartbeat:
        receivers.append(receiver(HEARTBEAT, [alerting.heartbeat], told_of_end=False))
    whole = {
        "route": {
            "receiver": alerting.default_receiver or NOBODY,
            "group_by": list(GROUPED_BY),
            "group_wait": f"{GROUP_WAIT}s",
            "group_interval": f"{GROUP_INTERVAL}s",
            "repeat_interval": REPEAT,
            "routes": [_heartbeat(alerting.heartbeat), *_routes(alerting.routes)],
        },
        "inhibit_rules": _inhibitions(),
        "receivers": receivers,
        "templates": [f"{CONFIGURATION_DIRECTORY}/{TEMPLATES_FILE}"],
    }
    return yaml.safe_dump(whole, sort_keys=False, width=1000)


def _heartbeat(heartbeat: HeartbeatSettings | None) -> Mapping[str, Any]:
    watchdog = [f'alertname="{WATCHDOG}"']
    if heartbeat is None:
        return {"receiver": NOBODY, "matchers": watchdog}
    return {
        "receiver": HEARTBEAT,
        "matchers": watchdog,
        "group_wait": "0s",
        "group_interval": f"{heartbeat.every_seconds}s",
        "repeat_interval": f"{heartbeat.every_seconds - HEARTBEAT_MARGIN}s",
    }


def _routes(routes: Iterable[RouteSettings]) -> list[Mapping[str, Any]]:
    asked = [
        {
            "receiver": route.receiver,
            "matchers": [
                _any_of("severity", route.severities)
                if route.severities
                else f'severity!~"{"|".join(UNSENT)}"',
                *([_any_of("team", route.teams)] if route.teams else []),
            ],
        }
        for route in routes
    ]
    return [*asked, {"receiver": NOBODY, "matchers": [_any_of("severity", UNSENT)]}]


def _any_of(label: str, values: Sequence[str]) -> str:
    return f'{label}="{values[0]}"' if len(values) == 1 else f'{label}=~"{"|".join(values)}"'


def _inhibitions() -> list[Mapping[str, Any]]:
    """What is not said while something else is: worse of the same kind, or what it follows from."""
    worse, milder = _any_of("severity", [Severity.CRITICAL]), _any_of("severity", MILDER)
    return [
        {"source_matchers": [worse], "target_matchers": [milder], "equal": ["alertname", *IDENTITY]},
        *(
            {
                "source_matchers": [f'alertname="{cause}"'],
                "target_matchers": [
                    f'alertname=~"{rest}"' if rest else f'alertname!="{cause}"',
                    # Two alerts that both lack a label have it in common.
                    f'{labels[0]}!=""',
                ],
                "equal": list(labels),
            }
            for cause, rest, labels in CONSEQUENCES
        ),
    ]
