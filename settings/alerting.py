"""Alerts: who is told of which, and how. Secrets are named as `metalml:secrets` names them."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.alerts import Severity
from settings.base import Items, Model, wrong
from settings.fields import HostPort, HttpUrl, Label, Size, Text
from settings.volumes import VolumeSettings

# One @, and nothing that a mail's header would take for something else.
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def _mailbox(value: Any) -> str:
    if not isinstance(value, str) or not MAILBOX.fullmatch(value):
        raise wrong("an address of a mailbox, such as ml-oncall@example.com")
    return value


Mailbox = Annotated[str, BeforeValidator(_mailbox)]


class SlackSettings(Model):
    """An incoming webhook of Slack, or of a chat that takes the same messages."""

    url_secret: Label
    """Name in `metalml:secrets` of the webhook's address: whoever knows it may post."""

    channel: Text | None = None
    """Channel that gets the messages. `null`: the webhook's own."""

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.url_secret]


class PagerDutySettings(Model):
    """A service of PagerDuty."""

    key_secret: Label
    """Name in `metalml:secrets` of the service's integration key for Events API v2."""

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.key_secret]


class EmailSettings(Model):
    """Mailboxes, and the server that takes mails for them. It has to speak TLS."""

    to: Items[Mailbox]
    """Who gets the mails; one or more."""

    sender: Mailbox
    """Who they are from."""

    smarthost: HostPort
    """The server that takes the mails. It has to speak TLS."""

    username: Text | None = None
    """Who logs in at the server. `null`: it asks for no login."""

    password_secret: Label | None = None
    """Name in `metalml:secrets` of the password; it goes with `username`.

    `null`: the server asks for no login.
    """

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.password_secret] if self.password_secret else []


class WebhookSettings(Model):
    """A program of your own, which is sent Alertmanager's JSON. One of `url` and `urlSecret` is required."""

    url: HttpUrl | None = None
    """Address as a pod reaches it. `null`: it is in `urlSecret`."""

    url_secret: Label | None = None
    """Name in `metalml:secrets` of the address, where whoever knows it may post. `null`: it is in `url`."""

    token_secret: Label | None = None
    """Name in `metalml:secrets` of a bearer token that is sent along. `null`: none is sent."""

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [name for name in (self.url_secret, self.token_secret) if name]


class HeartbeatSettings(WebhookSettings):
    """A service elsewhere that hears from here all the time, and raises the alarm when it does not.

    One of `url` and `urlSecret` is required.
    """

    every_seconds: Annotated[int, Field(ge=30, le=3600)] = 60
    """Seconds between two messages."""


Channel = SlackSettings | PagerDutySettings | EmailSettings | WebhookSettings


class ReceiverSettings(Model):
    """The same people, told in one or more ways; one is required."""

    name: Label
    """Name by which routes and `defaultReceiver` choose it; not `nobody` or `heartbeat`.

    One of them has to name it.
    """

    slack: SlackSettings | None = None
    """Tells a channel of Slack. `null`: it does not."""

    pagerduty: PagerDutySettings | None = None
    """Tells a service of PagerDuty. `null`: it does not."""

    email: EmailSettings | None = None
    """Sends mails. `null`: it does not."""

    webhook: WebhookSettings | None = None
    """Tells a program of your own. `null`: it does not."""

    @property
    def channels(self) -> Sequence[Channel]:
        """The ways that are given."""
        return [way for way in (self.slack, self.pagerduty, self.email, self.webhook) if way is not None]


class RouteSettings(Model):
    """Which alerts a receiver gets: by `severities`, `teams` or both.

    The first route that an alert fits has it.
    """

    receiver: Label
    """Name of one of `receivers`."""

    severities: Items[Severity] = ()
    """How urgent the alerts are. Empty: `critical` and `warning`."""

    teams: Items[Label] = ()
    """Teams in whose namespaces the alerts happen, or `platform` for those of no team. Empty: every one."""


class AlertsVolumeSettings(VolumeSettings):
    """A volume for each replica. It holds silences, and what was sent already."""

    size: Size = "1Gi"


class AlertingSettings(Model):
    """Alertmanager, and whom it tells."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 3
    """Pods of Alertmanager. Any of them tells everybody, and they agree on who does."""

    volume: AlertsVolumeSettings | None = None
    """Where the replicas keep what they know. `null`: it goes when the last one goes."""

    receivers: Items[ReceiverSettings] = ()
    """Who can be told. Empty: alerts are shown, and nobody is told."""

    routes: Items[RouteSettings] = ()
    """Who is told of which alerts, tried in this order. Empty: `defaultReceiver` gets all."""

    default_receiver: Label | None = None
    """Name of the receiver of alerts that fit no route. `null`: nobody is told of them."""

    heartbeat: HeartbeatSettings | None = None
    """Who is told all the time that alerts still arrive. `null`: nobody hears it when they stop arriving."""

    @property
    def channels(self) -> Sequence[Channel]:
        """Every channel of every receiver, and the heartbeat's."""
        found = [channel for receiver in self.receivers for channel in receiver.channels]
        return [*found, self.heartbeat] if self.heartbeat else found

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that Alertmanager needs, each once, sorted."""
        return sorted({name for channel in self.channels for name in channel.secrets})
