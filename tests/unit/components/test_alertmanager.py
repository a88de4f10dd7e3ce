"""What would lose an alert, tell the wrong people, or show a secret to somebody."""

from pathlib import Path

import pytest
import yaml
from pulumi import ComponentResource, Output

from components.monitoring.alerting.channels import SECRET_NAME, SECRETS_DIRECTORY
from components.monitoring.alerting.configuration import (
    CONFIGURATION_DIRECTORY,
    CONSEQUENCES,
    TEMPLATES,
    TEMPLATES_FILE,
    alertmanager_configuration,
)
from components.monitoring.alerting.reach import Reach, reach_of
from components.monitoring.alertmanager import Alertmanagers, AlertmanagersArgs, alertmanager_spec
from components.monitoring.rules.burn_rate import objective_groups
from components.monitoring.rules.platform import platform_groups
from components.versions import IMAGES
from settings.alerting import (
    AlertingSettings,
    AlertsVolumeSettings,
    EmailSettings,
    HeartbeatSettings,
    PagerDutySettings,
    ReceiverSettings,
    RouteSettings,
    SlackSettings,
    WebhookSettings,
)
from settings.alerts import Severity
from settings.objectives import LatencySettings, ObjectivesSettings
from tests.unit.conftest import plain
from tests.unit.snapshot import expect_snapshot

CANARY = "canary-5d1c"
SECRETS = {
    "chat": f"https://hooks.slack.example.com:8443/services/{CANARY}",
    "duty": CANARY,
    "mail": CANARY,
    "token": CANARY,
    "dead-man": f"http://deadman.example.com/{CANARY}",
}
EVERYTHING = AlertingSettings(
    receivers=(
        ReceiverSettings(
            name="ml-platform",
            slack=SlackSettings(url_secret="chat", channel="#ml-alerts"),
            email=EmailSettings(
                to=("ml@example.com", "platform@example.com"),
                sender="alerts@example.com",
                smarthost="mail.example.com:587",
                username="alerts",
                password_secret="mail",
            ),
        ),
        ReceiverSettings(
            name="on-call",
            slack=SlackSettings(url_secret="chat"),
            pagerduty=PagerDutySettings(key_secret="duty"),
        ),
        ReceiverSettings(
            name="vision",
            webhook=WebhookSettings(
                url="http://tickets.vision.svc.cluster.local:8080/a", token_secret="token"
            ),
        ),
    ),
    routes=(
        RouteSettings(
            receiver="vision", teams=("vision", "research"), severities=(Severity.WARNING, Severity.INFO)
        ),
        RouteSettings(receiver="ml-platform", teams=("vision",)),
        RouteSettings(receiver="on-call", severities=(Severity.CRITICAL,)),
    ),
    default_receiver="ml-platform",
    heartbeat=HeartbeatSettings(url_secret="dead-man", every_seconds=120),
)


def args(**changes):
    given = {
        "namespace": "monitoring",
        "image": IMAGES["alertmanager"],
        "alerting": AlertingSettings(),
        "operator": None,
    }
    return AlertmanagersArgs(**{**given, **changes})


@pytest.fixture
def made(engine, settle):
    def build(**changes):
        engine.resources.clear()

        def register():
            operator = ComponentResource("test:index:Operator", "operator")
            Alertmanagers("alertmanager", args(operator=operator, **changes))

        settle(register)
        return engine

    return build


def everything():
    return {
        "alerting": EVERYTHING,
        "secrets": {name: Output.secret(value) for name, value in SECRETS.items()},
        "reach": reach_of(EVERYTHING.channels, SECRETS),
    }


def of_kind(engine, kind):
    return {
        found.name: plain(found.inputs) for found in engine.resources if found.typ.rsplit(":", 1)[-1] == kind
    }


@pytest.mark.parametrize(
    ("name", "alerting"), {"everything": EVERYTHING, "nobody": AlertingSettings()}.items(), ids=str
)
def test_the_configuration_is_the_one_that_was_reviewed(name, alerting):
    path = Path(__file__).parent / f"snapshots/alertmanager-{name}.yaml"
    expect_snapshot(path, alertmanager_configuration(alerting))


def test_secrets_stand_in_one_secret_and_nowhere_else(made):
    engine = made(**everything())
    for found in engine.resources:
        if found.name == "alertmanager-receivers":
            assert plain(found.inputs)["stringData"] == SECRETS
        else:
            assert CANARY not in str(plain(found.inputs))
    assert alertmanager_spec(args(**everything()))["secrets"] == [SECRET_NAME]


def test_every_secret_that_the_configuration_names_is_a_file():
    text = alertmanager_configuration(EVERYTHING)
    named = {word.removeprefix(f"{SECRETS_DIRECTORY}/") for word in text.split() if SECRETS_DIRECTORY in word}
    assert named == SECRETS.keys() == set(EVERYTHING.secrets)


def test_what_keeps_other_alerts_silent_are_alerts_that_there_are():
    promised = ObjectivesSettings(availability_percent=99, latency=LatencySettings(milliseconds=500))
    groups = [
        *platform_groups([]),
        *objective_groups("ml", "m", promised, team="platform", tracks=["stable"]),
    ]
    there = {rule.name for group in groups for rule in group.rules}
    for cause, rest, _labels in CONSEQUENCES:
        assert {cause, *filter(None, rest.split("|"))} <= there


def test_without_receivers_there_is_no_secret_to_mount(made):
    assert list(of_kind(made(), "Secret")) == ["alertmanager-configuration"]
    assert "secrets" not in alertmanager_spec(args())


def test_the_templates_are_where_the_configuration_looks_for_them(made):
    (secret,) = of_kind(made(), "Secret").values()
    data = secret["stringData"]
    assert data[TEMPLATES_FILE] == TEMPLATES.read_text()
    (read,) = yaml.safe_load(data["alertmanager.yaml"])["templates"]
    assert read == f"{CONFIGURATION_DIRECTORY}/{TEMPLATES_FILE}"
    (manager,) = of_kind(made(), "Alertmanager").values()
    assert manager["spec"]["configSecret"] == secret["metadata"]["name"]


def test_ports_of_receivers_are_opened_and_no_others(made):
    assert reach_of(EVERYTHING.channels, SECRETS) == Reach(ports=[80, 443, 587, 8443], namespaces=["vision"])
    (policy,) = of_kind(made(**everything()), "NetworkPolicy").values()
    each_other, names, outside, services = policy["spec"]["egress"]
    assert {one["port"] for one in each_other["ports"]} == {9094}
    assert {one["port"] for one in names["ports"]} == {53}
    assert "to" not in outside and {one["port"] for one in outside["ports"]} == {80, 443, 587, 8443}
    (there,) = services["to"]
    assert there["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "vision"}


def test_only_prometheus_grafana_and_each_other_may_ask_them(made):
    (policy,) = of_kind(made(), "NetworkPolicy").values()
    for rule in policy["spec"]["ingress"]:
        for peer in rule["from"]:
            assert set(peer) == {"podSelector"}, "nobody of another namespace may silence alerts"
            assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] in (
                "prometheus",
                "alertmanager",
                "grafana",
            )


def test_a_volume_outlives_the_pods():
    kept = AlertingSettings(volume=AlertsVolumeSettings(storage_class="fast"))
    storage = alertmanager_spec(args(alerting=kept))["storage"]
    assert storage["volumeClaimTemplate"]["spec"]["resources"] == {"requests": {"storage": "1Gi"}}
    assert "emptyDir" in alertmanager_spec(args())["storage"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"image": "alertmanager"}, "image"),
        ({"secrets": {"more": "a"}}, "secrets must be"),
        ({"alerting": EVERYTHING}, "secrets must be"),
    ],
)
def test_a_wrong_value_is_refused_by_name(wrong, message):
    with pytest.raises(ValueError, match=message):
        args(**wrong)
