"""Who is told of alerts, and how."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.monitoring import SCRAPED

AT = "platform.monitoring.alerting"
HOOK = {"name": "hook", "webhook": {"url": "http://hook.example.com/"}}
TEAM = {"name": "vision", "quota": {"cpu": 4, "memory": "8Gi"}}


def alerting(secrets: dict[str, str] | None = None, **settings: Any) -> dict[str, Any]:
    """Dev with monitoring on, and alerts."""
    return {
        "platform.monitoring": {"alerting": settings},
        "cluster.firewall.scrapeRanges": SCRAPED,
        **({"secrets": secrets} if secrets else {}),
    }


def told(secrets: dict[str, str] | None = None, **channels: Any) -> dict[str, Any]:
    """One receiver, who gets everything."""
    return alerting(secrets, receivers=[{"name": "people", **channels}], defaultReceiver="people")


def mail(**changes: Any) -> dict[str, Any]:
    """People with mailboxes."""
    email = {
        "to": ["ml@example.com"],
        "sender": "alerts@example.com",
        "smarthost": "mail.example.com:587",
    }
    return told(email={**email, **changes})


ALERTING = {
    "address of a receiver that is none": Bad(
        change=told(webhook={"url": "hook.example.com"}),
        at=f"{AT}.receivers[0].webhook.url",
        says=("hook.example.com", "begins with http:// or https://"),
    ),
    "secret address of a receiver that is none": Bad(
        change=told({"chat": "hooks.slack.example.com/services/a"}, slack={"urlSecret": "chat"}),
        at=f"{AT}.receivers[0].slack.urlSecret",
        says=("chat, a secret that is something else", "an address that begins with https://"),
        # Only because in these settings nothing is encrypted.
        also_at=("secrets",),
    ),
    "key of something else than a service of PagerDuty": Bad(
        change=told({"duty": "u+abcdefghijklmnop"}, pagerduty={"keySecret": "duty"}),
        at=f"{AT}.receivers[0].pagerduty.keySecret",
        says=("duty, a secret that is something else", "an integration key for Events API v2"),
        also_at=("secrets",),
    ),
    "secret of a receiver that is missing": Bad(
        change=told(slack={"urlSecret": "chat"}),
        at=f"{AT}.receivers[0].slack.urlSecret",
        says=("chat, which is no secret", "pulumi config set --secret --path metalml:secrets.chat"),
    ),
    "secret of the heartbeat that is missing": Bad(
        change=alerting(heartbeat={"urlSecret": "deadman"}),
        at=f"{AT}.heartbeat.urlSecret",
        says=("deadman, which is no secret",),
    ),
    "webhook without an address": Bad(
        change=told(webhook={}),
        at=f"{AT}.receivers[0].webhook.url",
        says=("missing", "url, or urlSecret"),
    ),
    "webhook with two addresses": Bad(
        change=told({"hook": "http://a"}, webhook={"url": "http://b", "urlSecret": "hook"}),
        at=f"{AT}.receivers[0].webhook.url",
        says=("http://b, beside urlSecret", "give one of them"),
        also_at=("secrets",),
    ),
    "receiver that cannot be told": Bad(
        change=told(),
        at=f"{AT}.receivers[0]",
        says=("no way to tell it", "slack, pagerduty, email, webhook"),
    ),
    "receiver with a way that does not exist": Bad(
        change=told(pager={}),
        at=f"{AT}.receivers[0].pager",
        says=("a key that does not exist", "did you mean pagerduty?"),
    ),
    "receivers of the same name": Bad(
        change=alerting(receivers=[HOOK, HOOK], defaultReceiver="hook"),
        at=f"{AT}.receivers[1].name",
        says=("hook, as", "a name of its own"),
    ),
    "receiver with the name of ours": Bad(
        change=alerting(receivers=[{**HOOK, "name": "nobody"}], defaultReceiver="nobody"),
        at=f"{AT}.receivers[0].name",
        says=("nobody", "rename it"),
    ),
    "route to a receiver that is none": Bad(
        change=alerting(
            receivers=[HOOK],
            defaultReceiver="hook",
            routes=[{"receiver": "houk", "severities": ["critical"]}],
        ),
        at=f"{AT}.routes[0].receiver",
        says=("houk", "one of receivers: hook"),
    ),
    "everything to a receiver that is none": Bad(
        change=alerting(defaultReceiver="hook"),
        at=f"{AT}.defaultReceiver",
        says=("hook", "one of receivers: none"),
    ),
    "receiver that gets nothing": Bad(
        change=alerting(receivers=[HOOK]),
        at=f"{AT}.receivers[0].name",
        says=("hook, which no route names", "name it as defaultReceiver"),
    ),
    "route for everything": Bad(
        change=alerting(receivers=[HOOK], routes=[{"receiver": "hook"}]),
        at=f"{AT}.routes[0]",
        says=("a route for everything", "say it as defaultReceiver"),
    ),
    "route for a team that is none": Bad(
        change={
            **alerting(receivers=[HOOK], routes=[{"receiver": "hook", "teams": ["platform", "vison"]}]),
            "platform.teams": [TEAM],
            "platform.namespaces": ["ml"],
        },
        at=f"{AT}.routes[0].teams[1]",
        says=("vison", "one of platform, vision"),
    ),
    "route for a severity that is none": Bad(
        change=alerting(receivers=[HOOK], routes=[{"receiver": "hook", "severities": ["page"]}]),
        at=f"{AT}.routes[0].severities[0]",
        says=("page", "'critical', 'warning'"),
    ),
    "mailbox that is none": Bad(
        change=mail(to=["the team"]),
        at=f"{AT}.receivers[0].email.to[0]",
        says=("the team", "an address of a mailbox"),
    ),
    "mail to nobody": Bad(
        change=mail(to=[]),
        at=f"{AT}.receivers[0].email.to",
        says=("nobody", "one or more mailboxes"),
    ),
    "mail server without a port": Bad(
        change=mail(smarthost="mail.example.com"),
        at=f"{AT}.receivers[0].email.smarthost",
        says=("mail.example.com", "a host and a port"),
    ),
    "login of a mail server without a password": Bad(
        change=mail(username="alerts"),
        at=f"{AT}.receivers[0].email.passwordSecret",
        says=("missing, where the other is given", "add it"),
    ),
    "no Alertmanager at all": Bad(
        change=alerting(replicas=0),
        at=f"{AT}.replicas",
        says=("0", "1 or more"),
    ),
    "heartbeat like a machine gun": Bad(
        change=alerting(heartbeat={"url": "http://deadman.example.com", "everySeconds": 1}),
        at=f"{AT}.heartbeat.everySeconds",
        says=("1", "30 or more"),
    ),
}
