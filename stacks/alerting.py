"""Alertmanager, by the settings of alerting."""

from pulumi import Input, Output, Resource, ResourceOptions

from components.monitoring.alerting.reach import reach_of
from components.monitoring.alertmanager import Alertmanagers, AlertmanagersArgs
from settings import Settings
from settings.alerting import AlertingSettings


def run_alertmanager(
    settings: Settings,
    wanted: AlertingSettings,
    namespace: Input[str],
    operator: Resource,
    opts: ResourceOptions,
) -> Alertmanagers:
    """Register Alertmanager, which notifies the receivers of the settings."""
    secrets = {name: settings.secrets[name].get_secret_value() for name in wanted.secrets}
    return Alertmanagers(
        "alertmanager",
        AlertmanagersArgs(
            namespace=namespace,
            image=settings.image("alertmanager"),
            alerting=wanted,
            secrets={name: Output.secret(value) for name, value in secrets.items()},
            reach=reach_of(wanted.channels, secrets),
            operator=operator,
        ),
        opts,
    )
