"""Alerts: from the settings to Alertmanager."""

from collections.abc import Iterator

from pulumi import Input, Output, Resource, ResourceOptions

from components.monitoring.alerting.reach import reach_of
from components.monitoring.alerting.receivers import Channel, Email, PagerDuty, Receiver, Slack, Webhook
from components.monitoring.alerting.routing import Alerting, Heartbeat, Route
from components.monitoring.alertmanager import Alertmanagers, AlertmanagersArgs
from components.monitoring.volume import Volume
from settings import Settings
from settings.alerting import AlertingSettings, ReceiverSettings


def run_alertmanager(
    settings: Settings,
    wanted: AlertingSettings,
    namespace: Input[str],
    operator: Resource,
    opts: ResourceOptions,
) -> Alertmanagers:
    """Run Alertmanager, which tells whom the settings name."""
    alerting = alerting_of(wanted)
    secrets = {name: settings.secrets[name].get_secret_value() for name in alerting.secrets}
    volume = wanted.volume
    return Alertmanagers(
        "alertmanager",
        AlertmanagersArgs(
            namespace=namespace,
            image=settings.image("alertmanager"),
            replicas=wanted.replicas,
            volume=volume and Volume(size=volume.size, storage_class=volume.storage_class),
            alerting=alerting,
            secrets={name: Output.secret(value) for name, value in secrets.items()},
            reach=reach_of(alerting.channels, secrets),
            operator=operator,
        ),
        opts,
    )


def alerting_of(wanted: AlertingSettings) -> Alerting:
    """Who is told of what, as components say it."""
    beat = wanted.heartbeat
    return Alerting(
        receivers=[Receiver(name=one.name, channels=list(_channels(one))) for one in wanted.receivers],
        routes=[Route(**route.model_dump()) for route in wanted.routes],
        default_receiver=wanted.default_receiver,
        heartbeat=beat
        and Heartbeat(
            webhook=Webhook(url=beat.url, url_secret=beat.url_secret, token_secret=beat.token_secret),
            every=beat.every_seconds,
        ),
    )


def _channels(receiver: ReceiverSettings) -> Iterator[Channel]:
    if receiver.slack:
        yield Slack(**receiver.slack.model_dump())
    if receiver.pagerduty:
        yield PagerDuty(**receiver.pagerduty.model_dump())
    if receiver.email:
        yield Email(**receiver.email.model_dump())
    if receiver.webhook:
        yield Webhook(**receiver.webhook.model_dump())
