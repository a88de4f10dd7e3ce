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

    url_secret: Label  # the webhook's address: whoever knows it may post
    channel: Text | None = None  # None: the webhook's own

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.url_secret]


class PagerDutySettings(Model):
    """A service of PagerDuty."""

    key_secret: Label  # the service's integration key for Events API v2

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.key_secret]


class EmailSettings(Model):
    """Mailboxes, and the server that takes mails for them. It has to speak TLS."""

    to: Items[Mailbox]
    sender: Mailbox
    smarthost: HostPort
    username: Text | None = None
    password_secret: Label | None = None

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [self.password_secret] if self.password_secret else []


class WebhookSettings(Model):
    """A program of your own, which is sent Alertmanager's JSON. One of url and urlSecret."""

    url: HttpUrl | None = None  # as a pod reaches it
    url_secret: Label | None = None  # where whoever knows the address may post
    token_secret: Label | None = None  # sent as bearer token

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that it needs."""
        return [name for name in (self.url_secret, self.token_secret) if name]


class HeartbeatSettings(WebhookSettings):
    """A service elsewhere that hears from here all the time, and raises the alarm when it does not."""

    every_seconds: Annotated[int, Field(ge=30, le=3600)] = 60


Channel = SlackSettings | PagerDutySettings | EmailSettings | WebhookSettings


class ReceiverSettings(Model):
    """The same people, told in one or more ways."""

    name: Label
    slack: SlackSettings | None = None
    pagerduty: PagerDutySettings | None = None
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None

    @property
    def channels(self) -> Sequence[Channel]:
        """The ways that are given."""
        return [way for way in (self.slack, self.pagerduty, self.email, self.webhook) if way is not None]


class RouteSettings(Model):
    """Which alerts a receiver gets. The first route that an alert fits has it."""

    receiver: Label
    severities: Items[Severity] = ()  # none: critical and warning
    # The team in whose namespace it happens, or `platform`; none: every one.
    teams: Items[Label] = ()


class AlertsVolumeSettings(VolumeSettings):
    """A volume for each replica. It holds silences, and what was sent already."""

    size: Size = "1Gi"


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

    @property
    def channels(self) -> Sequence[Channel]:
        """Every channel of every receiver, and the heartbeat's."""
        found = [channel for receiver in self.receivers for channel in receiver.channels]
        return [*found, self.heartbeat] if self.heartbeat else found

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that Alertmanager needs, each once, sorted."""
        return sorted({name for channel in self.channels for name in channel.secrets})
