"""Destinations of Alertmanager's notifications, for its network policy."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from settings.alerting import Channel, EmailSettings, PagerDutySettings, SlackSettings, WebhookSettings

DEFAULT_PORTS = {"http": 80, "https": 443}
PAGERDUTY = "https://events.pagerduty.com"
# <service>.<namespace>.svc, with or without the cluster domain.
SERVICE = re.compile(r"[^.]+\.(?P<namespace>[^.]+)\.svc(\..+)?")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Allowed egress."""

    ports: Sequence[int] = ()
    """TCP ports, to any address: network policies do not match DNS names."""
    namespaces: Sequence[str] = ()
    """Namespaces of Services in URLs, with all ports: the target ports of their pods are unknown."""


def reach_of(channels: Iterable[Channel], secrets: Mapping[str, str]) -> Reach:
    """The egress that the channels need. `secrets`: values by name, since they may contain URLs."""
    ports: set[int] = set()
    namespaces: set[str] = set()
    for address in (found for channel in channels for found in _addresses(channel, secrets)):
        url = urlsplit(address)
        service = SERVICE.fullmatch(url.hostname or "")
        if service:
            namespaces.add(service["namespace"])
        else:
            ports.add(url.port or DEFAULT_PORTS[url.scheme])
    return Reach(ports=sorted(ports), namespaces=sorted(namespaces))


def _addresses(channel: Channel, secrets: Mapping[str, str]) -> Iterator[str]:
    match channel:
        case SlackSettings():
            yield secrets[channel.url_secret]
        case PagerDutySettings():
            yield PAGERDUTY
        case EmailSettings():
            yield f"smtp://{channel.smarthost}"
        case WebhookSettings():
            yield channel.url or secrets[channel.url_secret or ""]
        case other:
            assert_never(other)
