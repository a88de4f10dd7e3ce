"""The real Alertmanager reads our configuration, tells whom it should, once, and no secret to others."""

import json
import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from components.monitoring.alerting.configuration import TEMPLATES, alertmanager_configuration
from components.monitoring.rules.self_monitoring import WATCHDOG
from local.bundle.modules import ALERTMANAGER
from local.progress import Progress
from settings.alerting import (
    AlertingSettings,
    HeartbeatSettings,
    PagerDutySettings,
    ReceiverSettings,
    RouteSettings,
    SlackSettings,
    WebhookSettings,
)
from settings.alerts import Severity
from tests.api.alertmanagers import (
    GROUP_INTERVAL,
    PEER_TIMEOUT,
    alertmanagers,
    listening,
    wait_until,
    write_configuration,
)
from tests.unit.components.test_alertmanager import EVERYTHING, SECRETS
from tests.waits import LONGEST

CANARY = "canary-9b42"
LABELS = {
    "alertname": "ModelDown",
    "severity": "critical",
    "team": "vision",
    "namespace": "vision",
    "model": "resnet",
    "track": "stable",
}
ANNOTATIONS = {
    "summary": "Nobody answers for model resnet",
    "description": "Every prediction fails.",
    "runbook_url": "https://example.com/runbooks/ModelDown.md",
    "dashboard_url": "https://grafana.example.com/d/models",
}
GRAPH = "https://prometheus.example.com/graph?g0.expr=up"
# Less than the settings allow, so that a test sees several.
HEARTBEAT_SECONDS = 12


def alert(*, over: bool = False, **labels: str) -> dict:
    """One alert as Prometheus sends it."""
    times = {"endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())} if over else {}
    whole = {**LABELS, **labels}
    return {
        "labels": {name: value for name, value in whole.items() if value},
        "annotations": ANNOTATIONS,
        "generatorURL": GRAPH,
        **times,
    }


@pytest.fixture(scope="module")
def amtool() -> Path:
    return ALERTMANAGER.build(Progress()).path("amtool")


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("alerting", [EVERYTHING, AlertingSettings()], ids=["everything", "nobody"])
def test_alertmanager_reads_the_configuration(
    amtool: Path, tmp_path: Path, alerting: AlertingSettings
) -> None:
    file = write_configuration(tmp_path, alertmanager_configuration(alerting), SECRETS)
    assert "SUCCESS" in run(amtool, "check-config", file)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"alertname": WATCHDOG, "severity": "none"}, "heartbeat"),
        ({"severity": "critical", "team": "platform"}, "on-call"),
        ({"severity": "warning", "team": "platform"}, "ml-platform"),
        ({"severity": "info", "team": "platform"}, "nobody"),
        ({"severity": "info", "team": "vision"}, "vision"),
        ({"severity": "warning", "team": "research"}, "vision"),
        ({"severity": "critical", "team": "vision"}, "ml-platform"),
        ({"alertname": "WithoutLabels"}, "ml-platform"),
    ],
    ids=str,
)
def test_each_alert_goes_to_whom_it_should(
    amtool: Path, tmp_path: Path, labels: dict[str, str], receiver: str
) -> None:
    file = write_configuration(tmp_path, alertmanager_configuration(EVERYTHING), SECRETS)
    given = [f"{name}={value}" for name, value in labels.items()]
    assert run(amtool, "config", "routes", "test", f"--config.file={file}", *given).strip() == receiver


MESSAGE = {
    "receiver": "people",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": LABELS,
            "annotations": ANNOTATIONS,
            "startsAt": "2026-11-25T20:00:00Z",
            "generatorURL": GRAPH,
        }
    ],
    "groupLabels": {name: LABELS[name] for name in ("alertname", "namespace", "model")},
    "commonLabels": LABELS,
    "commonAnnotations": ANNOTATIONS,
    "externalURL": "http://alertmanager.example.com",
}


def rendered(amtool: Path, folder: Path, template: str, data: dict, kind: str = "text") -> str:
    file = folder / "data.json"
    file.write_text(json.dumps(data))
    return run(
        amtool,
        "template",
        "render",
        f"--template.glob={TEMPLATES}",
        f'--template.text={{{{ template "{template}" . }}}}',
        f"--template.type={kind}",
        f"--template.data={file}",
    )


@pytest.mark.parametrize(
    ("template", "kind"),
    [("metalml.text", "text"), ("metalml.slack", "text"), ("metalml.email", "html")],
)
def test_a_message_says_what_where_and_what_to_do(
    amtool: Path, tmp_path: Path, template: str, kind: str
) -> None:
    text = rendered(amtool, tmp_path, template, MESSAGE, kind)
    told = {name: value for name, value in LABELS.items() if name != "alertname"}
    for name, value in told.items():
        assert any(name in line and value in line for line in text.splitlines()), f"{name} in {text}"
    for value in (*ANNOTATIONS.values(), "2026-11-25 20:00:00 UTC" if kind != "text" else ""):
        assert value in text
    assert "<no value>" not in text


def test_a_title_is_one_line_that_tells_two_models_apart(amtool: Path, tmp_path: Path) -> None:
    assert rendered(amtool, tmp_path, "metalml.title", MESSAGE) == "[FIRING:1] ModelDown: vision/resnet"
    ended = {**MESSAGE, "status": "resolved", "groupLabels": {"alertname": "NodeNotReady"}}
    assert rendered(amtool, tmp_path, "metalml.title", ended) == "[RESOLVED] NodeNotReady"


def test_without_a_dashboard_the_graph_is_prometheus_own(amtool: Path, tmp_path: Path) -> None:
    (one,) = MESSAGE["alerts"]
    without = {**one, "annotations": {**ANNOTATIONS, "dashboard_url": ""}}
    assert GRAPH in rendered(amtool, tmp_path, "metalml.slack", {**MESSAGE, "alerts": [without]})


@pytest.mark.parametrize(("given", "sent"), [("warning", "warning"), ("page", "critical"), ("", "critical")])
def test_pagerduty_gets_a_severity_that_it_knows(amtool: Path, tmp_path: Path, given: str, sent: str) -> None:
    data = {**MESSAGE, "commonLabels": {"severity": given}}
    assert rendered(amtool, tmp_path, "metalml.pagerduty.severity", data) == sent


def alerting_to(url: str) -> tuple[AlertingSettings, dict[str, str]]:
    """Every kind of receiver at one address, and the secrets for it."""
    secrets = {
        "chat": f"{url}/chat/{CANARY}",
        "duty": CANARY,
        "token": CANARY,
        "dead-man": f"{url}/dead-man/{CANARY}",
    }
    people = ReceiverSettings(
        name="people",
        slack=SlackSettings(url_secret="chat"),
        pagerduty=PagerDutySettings(key_secret="duty"),
        webhook=WebhookSettings(url=f"{url}/hook", token_secret="token"),
    )
    alerting = AlertingSettings(
        receivers=(people,),
        routes=(RouteSettings(receiver="people", severities=(Severity.CRITICAL, Severity.WARNING)),),
        heartbeat=often(HeartbeatSettings(url_secret="dead-man")),
    )
    return alerting, secrets


def often(heartbeat: HeartbeatSettings) -> HeartbeatSettings:
    """The same, each few seconds."""
    return heartbeat.model_copy(update={"every_seconds": HEARTBEAT_SECONDS})


def configuration_to(alerting: AlertingSettings, url: str) -> str:
    """The configuration, with a PagerDuty that is here."""
    text = alertmanager_configuration(alerting)
    return text.replace("client: metalml", f"client: metalml\n    url: {url}/pagerduty")


def test_everybody_is_told_of_the_beginning_and_of_the_end_with_the_secrets_of_files(tmp_path: Path) -> None:
    with listening() as listener:
        alerting, secrets = alerting_to(listener.url)
        paths = [f"/chat/{CANARY}", "/pagerduty", "/hook"]
        with alertmanagers(tmp_path, configuration_to(alerting, listener.url), secrets) as (one,):
            one.take([alert()])
            wait_until(lambda: all(listener.of(path) for path in paths), LONGEST, one.log)
            one.take([alert(over=True)])
            wait_until(lambda: all(len(listener.of(path)) == 2 for path in paths), LONGEST, one.log)
        (chat, _), (page, ended), (hook, over) = (listener.of(path) for path in paths)
        assert CANARY not in one.log.read_text()
    (attachment,) = chat.body["attachments"]
    assert attachment["title"] == "[FIRING:1] ModelDown: vision/resnet"
    assert attachment["color"] == "danger"
    assert attachment["title_link"] == ANNOTATIONS["dashboard_url"]
    for field in ("model: `resnet`", "track: `stable`", "namespace: `vision`", "|Graph>", "|Runbook>"):
        assert field in attachment["text"]
    assert page.body["routing_key"] == CANARY
    assert page.body["payload"]["severity"] == "critical"
    assert page.body["payload"]["component"] == "resnet"
    assert [link["href"] for link in page.body["links"]] == [
        ANNOTATIONS["dashboard_url"],
        ANNOTATIONS["runbook_url"],
    ]
    assert (page.body["event_action"], ended.body["event_action"]) == ("trigger", "resolve")
    assert page.body["dedup_key"] == ended.body["dedup_key"]
    assert hook.token == f"Bearer {CANARY}"
    assert (hook.body["status"], over.body["status"]) == ("firing", "resolved")


def test_no_secret_is_in_the_log_when_nobody_takes_a_message(tmp_path: Path) -> None:
    with listening(answer=500) as broken:
        alerting, secrets = alerting_to(broken.url)
        text = configuration_to(alerting, broken.url)
        with alertmanagers(tmp_path, text, {**secrets, "dead-man": f"http://127.0.0.1:1/{CANARY}"}) as (one,):
            one.take([alert(), alert(alertname=WATCHDOG, severity="none", model="", track="", namespace="")])
            wait_until(lambda: len(broken.of("/hook")) > 1, LONGEST, one.log)
            wait_until(lambda: "127.0.0.1:1" in one.log.read_text(), LONGEST, one.log)
            assert CANARY not in one.log.read_text()


def test_what_follows_from_something_else_is_not_told(tmp_path: Path) -> None:
    with listening() as listener:
        people = ReceiverSettings(name="people", webhook=WebhookSettings(url=f"{listener.url}/hook"))
        text = alertmanager_configuration(AlertingSettings(receivers=(people,), default_receiver="people"))
        down = alert(deployment="resnet")
        told_of = [
            down,
            alert(alertname="ModelAccuracyLow", severity="warning"),
            alert(alertname="ModelLatencyBurn", track="next"),
            alert(alertname="NodeMemoryLow", severity="warning", node="gpu-2", model="", track=""),
        ]
        silent = [
            alert(alertname="ModelAvailabilityBurn"),
            alert(alertname="ModelLatencyBurn", severity="warning"),
            alert(alertname="PodsMissing", severity="warning", deployment="resnet", model="", track=""),
            alert(alertname="NodeMemoryLow", severity="warning", node="gpu-1", model="", track=""),
        ]
        node = alert(alertname="NodeNotReady", node="gpu-1", model="", track="")
        with alertmanagers(tmp_path, text, {}) as (one,):
            # Causes first: what is told is decided when the group is looked at.
            one.take([node, down])
            one.take([*told_of, *silent])
            wait_until(lambda: len(listener.told) >= len(told_of) + 1, LONGEST, one.log)
            time.sleep(2 * float(GROUP_INTERVAL.removesuffix("s")))
        found = [told["labels"] for message in listener.told for told in message.body["alerts"]]
        wanted = [one["labels"] for one in (node, *told_of)]
        assert {frozenset(one.items()) for one in found} == {frozenset(one.items()) for one in wanted}


def test_the_heartbeat_goes_on_and_is_not_late(tmp_path: Path) -> None:
    with listening() as listener:
        beat = often(HeartbeatSettings(url=f"{listener.url}/beat"))
        text = alertmanager_configuration(AlertingSettings(heartbeat=beat))
        with alertmanagers(tmp_path, text, {}) as (one,):
            one.take([alert(alertname=WATCHDOG, severity="none")])
            wait_until(lambda: len(listener.told) == 3, LONGEST, one.log)
        times = [told.at for told in listener.told]
        late = max(after - before for before, after in pairwise(times))
        assert late < 1.2 * HEARTBEAT_SECONDS
        assert {told.body["status"] for told in listener.told} == {"firing"}


@pytest.mark.parametrize("killed", [None, 0, 2], ids=["all there", "first gone", "last gone"])
def test_of_three_exactly_one_tells_also_when_one_is_gone(tmp_path: Path, killed: int | None) -> None:
    with listening() as listener:
        people = ReceiverSettings(name="people", webhook=WebhookSettings(url=f"{listener.url}/hook"))
        text = alertmanager_configuration(AlertingSettings(receivers=(people,), default_receiver="people"))
        with alertmanagers(tmp_path, text, {}, count=3) as members:
            if killed is not None:
                members[killed].process.send_signal(signal.SIGKILL)
                members[killed].process.wait()
            for member in members:
                if member.process.poll() is None:
                    member.take([alert()])
            wait_until(lambda: listener.told, LONGEST, members[1].log)
            time.sleep(3 * PEER_TIMEOUT)
        assert len(listener.told) == 1
