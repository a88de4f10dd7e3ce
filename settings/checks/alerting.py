"""Rules about who is told of alerts."""

import re
from collections.abc import Iterator
from pathlib import Path

from settings.alerting import AlertingSettings, EmailSettings, WebhookSettings
from settings.alerts import PLATFORM_TEAM, RESERVED
from settings.base import Model
from settings.checks.finding import duplicates, known, mistake, present
from settings.errors import Mistake
from settings.paths import SettingPath, at, each
from settings.stack import ENCRYPTED, Settings

ALERTING = at.platform.monitoring.alerting
CHANNELS = ("slack", "pagerduty", "email", "webhook")
# Braces would be read as a template.
SECRET_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[^\s{}]*)?")
PAGERDUTY_KEY = re.compile(r"[A-Za-z0-9]{32}")
# What the secret that a key names has to be, by the key.
SECRETS = {
    "urlSecret": (SECRET_URL, "an address that begins with https:// or http://"),
    "keySecret": (PAGERDUTY_KEY, "an integration key for Events API v2: 32 letters and digits"),
    "tokenSecret": (re.compile(r"\S+"), "a token without spaces"),
    "passwordSecret": (re.compile(r".+"), "a password, in one line"),
}


def _alerting(settings: Settings) -> AlertingSettings | None:
    monitoring = settings.platform.monitoring
    if monitoring is None or not known(monitoring, monitoring.alerting):
        return None
    return monitoring.alerting


def _channels(alerting: AlertingSettings) -> Iterator[tuple[SettingPath, Model]]:
    """Every way in which somebody is told, with its path."""
    for path, receiver in each(alerting.receivers, ALERTING.receivers):
        for channel in CHANNELS if known(receiver) else ():
            if present(getattr(receiver, channel)):
                yield path[channel], getattr(receiver, channel)
    if alerting.heartbeat is not None and known(alerting.heartbeat):
        yield ALERTING.heartbeat, alerting.heartbeat


def _secrets(alerting: AlertingSettings) -> Iterator[tuple[SettingPath, str, str]]:
    """Every path at which a secret is named, the key that names it, and the name."""
    for path, channel in _channels(alerting):
        for name, field in type(channel).model_fields.items():
            key, value = field.alias or name, getattr(channel, name)
            if key in SECRETS and present(value):
                yield path[key], key, value


def receivers_are_told(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A receiver without a way to tell it would swallow its alerts."""
    if (alerting := _alerting(settings)) is None:
        return
    named = list(each(alerting.receivers, ALERTING.receivers))
    for path, receiver in named:
        if known(receiver) and all(getattr(receiver, channel) is None for channel in CHANNELS):
            yield mistake(
                path, "no way to tell it", f"one or more of {', '.join(CHANNELS)}", "add one, or remove it"
            )
        if known(receiver, receiver.name) and receiver.name in RESERVED:
            yield mistake(path.name, receiver.name, f"a name but {', '.join(RESERVED)}", "rename it")
    yield from duplicates(
        ((path.name, receiver.name) for path, receiver in named if known(receiver)),
        "a name of its own",
        "rename one",
    )


def routes_end_somewhere(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Alertmanager refuses a route to nobody, and goes on with what it had before."""
    if (alerting := _alerting(settings)) is None or not known(alerting.receivers):
        return
    names = [receiver.name for receiver in alerting.receivers if known(receiver)]
    if not known(*names) or len(names) < len(alerting.receivers):
        return
    asked: dict[SettingPath, str | None] = {
        path.receiver: route.receiver
        for path, route in each(alerting.routes, ALERTING.routes)
        if known(route)
    }
    asked[ALERTING.default_receiver] = alerting.default_receiver
    for path, name in asked.items():
        if present(name) and name not in names:
            yield mistake(
                path,
                name,
                f"one of receivers: {', '.join(names) or 'none'}",
                "correct it, or add the receiver",
            )
    if not known(alerting.routes, *alerting.routes, *asked.values()):
        return
    for path, name in each(names, ALERTING.receivers):
        if name not in asked.values():
            yield mistake(
                path.name,
                f"{name}, which no route names",
                "receivers that get alerts",
                "add a route to it, name it as defaultReceiver, or remove it",
            )


def routes_choose(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A route for everything would hide those after it; one for a team that is none gets nothing."""
    if (alerting := _alerting(settings)) is None:
        return
    teams = [PLATFORM_TEAM, *(team.name for team in settings.platform.teams if known(team))]
    for path, route in each(alerting.routes, ALERTING.routes):
        if not known(route, route.severities, route.teams):
            continue
        if not route.severities and not route.teams:
            yield mistake(
                path,
                "a route for everything",
                "severities, teams or both",
                "say it as defaultReceiver instead",
            )
        for place, team in each(route.teams, path.teams):
            if known(team, settings.platform.teams, *teams) and team not in teams:
                yield mistake(
                    place,
                    team,
                    f"one of {', '.join(teams)}",
                    "correct it, or add the team",
                )


def webhooks_have_an_address(settings: Settings, _: Path) -> Iterator[Mistake]:
    """It is either written down or a secret."""
    for path, channel in _channels(alerting) if (alerting := _alerting(settings)) else ():
        if not isinstance(channel, WebhookSettings) or not known(channel.url, channel.url_secret):
            continue
        if (channel.url is None) == (channel.url_secret is None):
            yield mistake(
                path.url,
                "missing" if channel.url is None else f"{channel.url}, beside urlSecret",
                "url, or urlSecret where nobody else may know the address",
                "give one of them",
            )


def mails_can_be_sent(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Half of a login opens nothing, and a mail goes to somebody."""
    for path, channel in _channels(alerting) if (alerting := _alerting(settings)) else ():
        if not isinstance(channel, EmailSettings):
            continue
        if known(channel.to) and not channel.to:
            yield mistake(path.to, "nobody", "one or more mailboxes", "add one, or remove email")
        if not known(channel.username, channel.password_secret):
            continue
        if (channel.username is None) != (channel.password_secret is None):
            missing = "username" if channel.username is None else "passwordSecret"
            yield mistake(
                path[missing],
                "missing, where the other is given",
                "username and passwordSecret, or none for a server that asks for neither",
                "add it",
            )


def secrets_are_there(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What Alertmanager cannot send it only tells its own log."""
    if (alerting := _alerting(settings)) is None or not known(settings.secrets):
        return
    for path, key, name in _secrets(alerting):
        command = f"pulumi config set --secret --path metalml:secrets.{name}"
        if name not in settings.secrets:
            there = ", ".join(sorted(settings.secrets)) or "none"
            yield mistake(path, f"{name}, which is no secret of the stack", f"one of: {there}", command)
            continue
        pattern, allowed = SECRETS[key]
        value = settings.secrets[name].get_secret_value()
        if value != ENCRYPTED and not pattern.fullmatch(value):
            yield mistake(path, f"{name}, a secret that is something else", allowed, command)


CHECKS = (
    receivers_are_told,
    routes_end_somewhere,
    routes_choose,
    webhooks_have_an_address,
    mails_can_be_sent,
    secrets_are_there,
)
