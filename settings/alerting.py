"""Alerts: who is told of which, and how. Secrets are named as `metalml:secrets` names them."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.alerts import Severity
from settings.base import Items, Model, wrong
from settings.fields import DnsName, HostPort, HttpUrl, Label, Quantity, Text

# One @, and nothing that a mail's header would take for something else.
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def _mailbox(value: Any) -> str:
    if not isinstance(value, str) or not MAILBOX.fullmatch(value):
        raise wrong("an address of a mailbox, such as ml-oncall@example.com")
    return value


Mailbox = Annotated[str, BeforeValidator(_mailbox)]


class SlackSettings(Model):
    """An incoming webhook of Slack, or of a chat that takes the same messages."""

    url_secret: Label  # the webhook's address: whoever knows it may post
    channel: Text | None = None  # None: the webhook's own


class PagerDutySettings(Model):
    """A service of PagerDuty."""

    key_secret: Label  # the service's integration key for Events API v2


class EmailSettings(Model):
    """Mailboxes, and the server that takes mails for them. It has to speak TLS."""

    to: Items[Mailbox]
    sender: Mailbox
    smarthost: HostPort
    username: Text | None = None
    password_secret: Label | None = None


class WebhookSettings(Model):
    """A program of your own, which is sent Alertmanager's JSON. One of url and urlSecret."""

    url: HttpUrl | None = None  # as a pod reaches it
    url_secret: Label | None = None  # where whoever knows the address may post
    token_secret: Label | None = None  # sent as bearer token


class HeartbeatSettings(WebhookSettings):
    """A service elsewhere that hears from here all the time, and raises the alarm when it does not."""

    every_seconds: Annotated[int, Field(ge=30, le=3600)] = 60


class ReceiverSettings(Model):
    """The same people, told in one or more ways."""

    name: Label
    slack: SlackSettings | None = None
    pagerduty: PagerDutySettings | None = None
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None


class RouteSettings(Model):
    """Which alerts a receiver gets. The first route that an alert fits has it."""

    receiver: Label
    severities: Items[Severity] = ()  # none: critical and warning
    # The team in whose namespace it happens, or `platform`; none: every one.
    teams: Items[Label] = ()


class AlertsVolumeSettings(Model):
    """A volume for each replica. It holds silences, and what was sent already."""

    size: Quantity = "1Gi"
    storage_class: DnsName | None = None  # None: the cluster's default


class AlertingSettings(Model):
    """Alertmanager, and whom it tells."""

    # Any of them tells everybody, and they agree on who does.
    replicas: Annotated[int, Field(ge=1, le=5)] = 3
    # None: what the replicas know goes when the last one goes.
    volume: AlertsVolumeSettings | None = None
    receivers: Items[ReceiverSettings] = ()
    routes: Items[RouteSettings] = ()
    default_receiver: Label | None = None  # of alerts that fit no route; None: nobody
    heartbeat: HeartbeatSettings | None = None  # None: nobody hears it when alerts stop arriving
