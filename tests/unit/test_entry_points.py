"""The scripts that Commands name: their paths are in the state of every stack since 0.1.0.

A Command whose script has another path runs again: every step on every machine, with new passwords and
certificates. And a stack that is removed runs what its state names. So this list only grows.
"""

import json
from pathlib import Path

import pulumi
import pytest

from settings import parse
from stacks import program
from tests.unit.conftest import COMMAND, Recorder
from tests.unit.settings.given import project, read
from tests.unit.stacks.test_layers import FACTS, Settle

REPOSITORY = Path(__file__).parents[2]
ENTRY_POINTS = [
    "components/bootstrap/scripts/operator/deliver.sh",
    "components/bootstrap/scripts/operator/directory.sh",
    "components/bootstrap/scripts/operator/firewall.sh",
    "components/bootstrap/scripts/operator/join.sh",
    "components/bootstrap/scripts/operator/kubeconfig.sh",
    "components/bootstrap/scripts/operator/preflight.sh",
    "components/bootstrap/scripts/operator/promotion-gate.sh",
    "components/bootstrap/scripts/operator/ready.sh",
    "components/bootstrap/scripts/operator/step.sh",
    "components/machines/scripts/local-machine.sh",
    "components/scripts/definitions.sh",
    "components/scripts/password.sh",
    "components/scripts/service-certificate.sh",
]


@pytest.mark.parametrize("path", ENTRY_POINTS)
def test_a_script_that_states_name_is_still_there(path: str) -> None:
    assert (REPOSITORY / path).read_text().startswith("#!/usr/bin/env bash")


@pytest.mark.parametrize("path", ["components/bootstrap/scripts/operator", "components/scripts"])
def test_what_moved_is_reached_by_a_link_within_the_repository(path: str) -> None:
    assert not (REPOSITORY / path).readlink().is_absolute()


def test_no_command_names_another_script(
    engine: Recorder, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path))
    monkeypatch.setattr(pulumi, "export", lambda name, value: None)
    settings = parse(read("Pulumi.dev.yaml"), "dev", tmp_path)
    engine.outputs = {f"{one.name}-preflight": {"stdout": json.dumps(FACTS)} for one in settings.machines}
    settle(lambda: program.build(settings))
    lines = [
        line
        for command in engine.of_type(COMMAND).values()
        for line in (command.inputs["create"], command.inputs.get("delete"))
        if line
    ]
    assert {line.split()[1] for line in lines} <= set(ENTRY_POINTS)
    assert {line.split()[0] for line in lines} == {"bash"}
