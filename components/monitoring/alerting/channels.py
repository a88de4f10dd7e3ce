"""Receivers of Alertmanager's configuration. The message templates are in files/messages.tmpl."""

from collections.abc import Sequence
from typing import Any

from settings.alerting import Channel, EmailSettings, PagerDutySettings, SlackSettings, WebhookSettings

# Where the operator mounts the Secrets of an Alertmanager's `secrets`.
SECRET_NAME = "alertmanager-receivers"
SECRETS_DIRECTORY = f"/etc/alertmanager/secrets/{SECRET_NAME}"

# For integrations with one link: that of the first alert of the group.
FIRST_GRAPH = '{{ template "metalml.graph" (index .Alerts 0) }}'
FIRST_RUNBOOK = "{{ (index .Alerts 0).Annotations.runbook_url }}"


def receiver(name: str, channels: Sequence[Channel], *, send_resolved: bool = True) -> dict[str, Any]:
    """An entry of `receivers`. Without `send_resolved` it is notified of firing alerts only."""
    made: dict[str, Any] = {"name": name}
    for channel in channels:
        key, config = _config(channel)
        # Alertmanager's default for send_resolved differs between integrations.
        made.setdefault(key, []).extend({"send_resolved": send_resolved, **one} for one in config)
    return made


def _config(channel: Channel) -> tuple[str, list[dict[str, Any]]]:
    match channel:
        case SlackSettings():
            return "slack_configs", [_slack(channel)]
        case PagerDutySettings():
            return "pagerduty_configs", [_pagerduty(channel)]
        case EmailSettings():
            # One message per address: one rejected recipient would otherwise fail the message for all.
            return "email_configs", [_email(channel, address) for address in channel.to]
        case WebhookSettings():
            return "webhook_configs", [_webhook(channel)]


def _slack(slack: SlackSettings) -> dict[str, Any]:
    return {
        "api_url_file": _file(slack.url_secret),
        **({"channel": slack.channel} if slack.channel else {}),
        "color": _template("metalml.slack.color"),
        "title": _template("metalml.title"),
        "title_link": FIRST_GRAPH,
        "text": _template("metalml.slack"),
        "fallback": _template("metalml.title"),
    }


def _pagerduty(pagerduty: PagerDutySettings) -> dict[str, Any]:
    return {
        "routing_key_file": _file(pagerduty.key_secret),
        "client": "metalml",
        "client_url": FIRST_GRAPH,
        "description": _template("metalml.title"),
        "severity": _template("metalml.pagerduty.severity"),
        "class": "{{ .GroupLabels.alertname }}",
        "component": "{{ .GroupLabels.model }}",
        "group": "{{ .GroupLabels.namespace }}",
        "details": {"alerts": _template("metalml.text")},
        "links": [
            {"href": FIRST_GRAPH, "text": "Graph"},
            {"href": FIRST_RUNBOOK, "text": "Runbook"},
        ],
    }


def _email(email: EmailSettings, address: str) -> dict[str, Any]:
    return {
        "to": address,
        "from": email.sender,
        "smarthost": email.smarthost,
        **({"auth_username": email.username} if email.username else {}),
        **({"auth_password_file": _file(email.password_secret)} if email.password_secret else {}),
        "headers": {"Subject": _template("metalml.title")},
        "html": _template("metalml.email"),
        "text": _template("metalml.text"),
    }


def _webhook(webhook: WebhookSettings) -> dict[str, Any]:
    token = webhook.token_secret
    return {
        **({"url": webhook.url} if webhook.url else {}),
        **({"url_file": _file(webhook.url_secret)} if webhook.url_secret else {}),
        **({"http_config": {"authorization": {"credentials_file": _file(token)}}} if token else {}),
    }


def _template(name: str) -> str:
    return f'{{{{ template "{name}" . }}}}'


def _file(secret: str) -> str:
    return f"{SECRETS_DIRECTORY}/{secret}"
