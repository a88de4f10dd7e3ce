"""Whom Alertmanager can tell. Secrets are named here, and are files where Alertmanager runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Slack:
    """An incoming webhook of Slack, or of a chat that takes the same messages."""

    url_secret: str
    """Of the webhook's address: whoever knows it may post."""
    channel: str | None = None
    """None: the webhook's own."""


@dataclass(frozen=True, kw_only=True)
class PagerDuty:
    """A service of PagerDuty."""

    key_secret: str
    """Of its integration key for Events API v2."""


@dataclass(frozen=True, kw_only=True)
class Email:
    """People with mailboxes."""

    to: Sequence[str]
    sender: str
    smarthost: str
    """host:port of a mail server that speaks TLS."""
    username: str | None = None
    password_secret: str | None = None


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A program of somebody's own; it is sent Alertmanager's JSON."""

    url: str | None = None
    url_secret: str | None = None
    """Instead of `url`, where whoever knows the address may post."""
    token_secret: str | None = None
    """Of a bearer token."""

    def __post_init__(self) -> None:
        if (self.url is None) == (self.url_secret is None):
            raise ValueError("a webhook needs one of url and url_secret")


Channel = Slack | PagerDuty | Email | Webhook


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """One or more ways to tell the same people."""

    name: str
    channels: Sequence[Channel]

    def __post_init__(self) -> None:
        if not self.channels:
            raise ValueError(f"receiver {self.name!r} needs at least one channel")


def secrets_of(channel: Channel) -> Iterator[str]:
    """The names of the secrets that a channel needs."""
    match channel:
        case Slack():
            yield channel.url_secret
        case PagerDuty():
            yield channel.key_secret
        case Email():
            yield from (name for name in (channel.password_secret,) if name)
        case Webhook():
            yield from (name for name in (channel.url_secret, channel.token_secret) if name)
