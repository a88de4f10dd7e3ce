"""Alertmanager's configuration file, as text. It contains no secrets: it refers to a file for each."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.monitoring.alerting.channels import receiver
from components.monitoring.rules.self_monitoring import WATCHDOG
from settings.alerting import AlertingSettings, HeartbeatSettings, RouteSettings
from settings.alerts import HEARTBEAT, NOBODY, Severity

# Where the operator mounts the Secret with the configuration and the templates.
CONFIGURATION_DIRECTORY = "/etc/alertmanager/config"
TEMPLATES_FILE = "messages.tmpl"
TEMPLATES = Path(__file__).parent / "files" / TEMPLATES_FILE

# One notification for the tracks of a model, the pods of a Deployment and so on.
GROUPED_BY = ("alertname", "namespace", "model")
# Seconds until the first notification of a group: simultaneous failures make one notification.
GROUP_WAIT = 30
# Seconds between notifications of a group, when its alerts change. Alertmanager's default of 300 suits groups
# as large as a cluster; these are narrow, and on-call should soon learn that an alert is resolved.
GROUP_INTERVAL = 60
# Seconds. At each group_interval, Alertmanager repeats a notification only if the last is older than
# repeat_interval. With equal intervals this is a race, and every second heartbeat would be late.
HEARTBEAT_MARGIN = 10
# Alertmanager's default repeat_interval.
REPEAT = "4h"
# Severities that are sent only if a route matches them explicitly.
UNSENT = (Severity.INFO, Severity.NONE)
MILDER = (Severity.WARNING, Severity.INFO)
# Labels that distinguish the alerts of one rule.
IDENTITY = ("namespace", "model", "track", "deployment", "job", "pod", "node", "instance")
# Source alert, target alerts (a regular expression; empty: all others), and `equal` labels of inhibition
# rules: the target alerts are consequences of the source alert.
CONSEQUENCES = (
    ("ModelDown", "ModelAvailabilityBurn|ModelLatencyBurn", ("model", "namespace", "track")),
    ("ModelDown", "PodsMissing", ("deployment", "namespace")),
    ("NodeNotReady", "", ("node",)),
)


def alertmanager_configuration(alerting: AlertingSettings) -> str:
    """The file `alertmanager.yaml`."""
    receivers = [{"name": NOBODY}, *(receiver(one.name, one.channels) for one in alerting.receivers)]
    if alerting.heartbeat:
        receivers.append(receiver(HEARTBEAT, [alerting.heartbeat], send_resolved=False))
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
    """Inhibition rules: critical alerts mute milder ones of the same name, and causes their consequences."""
    worse, milder = _any_of("severity", [Severity.CRITICAL]), _any_of("severity", MILDER)
    return [
        {"source_matchers": [worse], "target_matchers": [milder], "equal": ["alertname", *IDENTITY]},
        *(
            {
                "source_matchers": [f'alertname="{cause}"'],
                "target_matchers": [
                    f'alertname=~"{rest}"' if rest else f'alertname!="{cause}"',
                    # `equal` also matches if both alerts lack the label.
                    f'{labels[0]}!=""',
                ],
                "equal": list(labels),
            }
            for cause, rest, labels in CONSEQUENCES
        ),
    ]
