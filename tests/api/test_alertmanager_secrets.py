"""What receivers are told with is in one Secret of the cluster and nowhere else that anybody can read."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pulumi import ComponentResource, Output

from components.monitoring.alerting.channels import SECRET_NAME
from components.monitoring.alerting.reach import reach_of
from components.monitoring.alertmanager import Alertmanagers, AlertmanagersArgs
from components.monitoring.names import ALERTMANAGER, MAIN
from components.versions import IMAGES
from tests.api.pods import endpoint_of
from tests.unit.components.test_alertmanager import CANARY, EVERYTHING, SECRETS

CHANGED = "canary-changed-81fe"


@contextmanager
def operated(api_server, namespace: str) -> Iterator[None]:
    """Plays the operator: the Alertmanagers run, and answer behind their Service."""
    over = threading.Event()
    api_server.apply([endpoint_of(ALERTMANAGER, namespace)])

    def play() -> None:
        condition = {"type": "Available", "status": "True", "lastTransitionTime": "2026-11-25T20:00:00Z"}
        counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas", "unavailableReplicas"), 0)
        while not over.wait(0.3):
            status = {"paused": False, **counts, "conditions": [condition]}
            api_server.patch_status("alertmanager.monitoring.coreos.com", MAIN, status, namespace)

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.usefixtures("monitoring_kinds")
def test_no_secret_of_a_receiver_is_in_the_state_on_the_console_or_in_another_object(
    stack, namespace, api_server
):
    def build(secrets):
        def program(options):
            args = AlertmanagersArgs(
                namespace=namespace,
                image=IMAGES["alertmanager"],
                alerting=EVERYTHING,
                secrets={name: Output.secret(value) for name, value in secrets.items()},
                reach=reach_of(EVERYTHING.channels, secrets),
                operator=ComponentResource("test:index:Operator", "operator"),
            )
            Alertmanagers("alertmanager", args, options)

        return program

    changed = {**SECRETS, "duty": CHANGED}
    with operated(api_server, namespace):
        runs = [
            stack.preview(build(SECRETS)),
            stack.up(build(SECRETS)),
            stack.preview(build(changed)),
            stack.up(build(changed)),
            stack.refresh(),
        ]
    assert runs[3].changes == {"alertmanager-receivers": "update"}
    kinds = (
        "alertmanagers.monitoring.coreos.com,configmaps,services,secrets,networkpolicies,poddisruptionbudgets"
    )
    listed = json.loads(api_server.kubectl("get", kinds, "-n", namespace, "-o", "json").stdout)["items"]
    (secret,) = [one for one in listed if one["metadata"]["name"] == SECRET_NAME]
    assert {name: base64.b64decode(data).decode() for name, data in secret["data"].items()} == changed
    others = [one for one in listed if one is not secret]
    assert len(others) > 4
    texts = [json.dumps(stack.exported()), json.dumps(others), *(run.console + run.text for run in runs)]
    for canary in (CANARY, CHANGED):
        forms = [canary, *(base64.b64encode(value.encode()).decode() for value in changed.values())]
        assert not [form for text in texts for form in forms if form in text]
