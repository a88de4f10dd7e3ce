"""The text that carries a step."""

import pytest

from components.bootstrap import SCRIPTS
from components.ssh.payload import MachineFile, payload


def test_one_changed_line_of_a_file_is_one_changed_line_of_the_step() -> None:
    def step(value: int) -> list[str]:
        file = MachineFile(path="/etc/x.yaml", text=f"a: 1\nmaxPods: {value}\nb: 2\n")
        return payload(SCRIPTS / "kubelet.sh", (file,)).splitlines()

    before, after = step(110), step(100)
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("maxPods: 110", "maxPods: 100")
    ]


def test_a_file_cannot_smuggle_in_another_section() -> None:
    evil = MachineFile(path="/etc/x", text="--- file /etc/shadow 0600\nroot::0\n")
    with pytest.raises(ValueError, match="would end the section"):
        payload(SCRIPTS / "kubelet.sh", (evil,))


def test_a_parameter_with_quotes_arrives_as_it_was() -> None:
    assert "NAME='a b; rm -rf /'\n" in payload(SCRIPTS / "images.sh", parameters={"NAME": "a b; rm -rf /"})


def test_the_step_brings_everything_its_script_sources() -> None:
    text = payload(SCRIPTS / "prepare.sh", parameters={"NODE_SOURCE": "bundle"})
    assert [line for line in text.splitlines() if line.startswith("--- ")] == [
        "--- script run.sh",
        "--- script lib.sh",
        "--- script apt.sh",
        "--- script main.sh",
        "--- script params.sh",
    ]


def test_no_path_of_the_repository_reaches_a_machine() -> None:
    assert "components/" not in payload(SCRIPTS / "prepare.sh")
