"""Every mistake in the settings is found before anything is touched, and said so that it can be mended."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import SettingsError, parse
from tests.unit.settings.bad import BAD, Bad
from tests.unit.settings.given import changed, mistakes, project, read

DEV = read("Pulumi.dev.yaml")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_the_mistake_is_named_with_key_value_and_what_is_allowed(bad: Bad, tmp_path: Path) -> None:
    found = mistakes(changed(DEV, bad.change), project(tmp_path))
    assert set(found) == {bad.at, *bad.also_at}
    for words in (f"metalml:{bad.at}", "given:", "allowed:", "do:", *bad.says):
        assert words in found[bad.at]


def test_mistakes_of_all_kinds_are_said_at_once(tmp_path: Path) -> None:
    spoilt = changed(
        DEV,
        {
            "modles": [],
            "cluster.kubernetesVersion": "1.36",
            "cluster.serviceRange": "10.244.0.0/20",
            "machines[0].address": "10.77.0.300",
            "machines[1].podRange": "10.244.11.0/24",
            "machines[2]": {"name": "Gpu_1", "role": "worker", "address": "10.77.0.12"},
            "models[0].service": {"nodePort": 80},
        },
    )
    assert list(mistakes(spoilt, project(tmp_path))) == [
        "cluster.kubernetesVersion",
        "cluster.serviceRange",
        "machines[0].address",
        "machines[1].podRange",
        "machines[2].address",
        "machines[2].hostKey",
        "machines[2].name",
        "machines[2].podRange",
        "models[0].service.nodePort",
        "modles",
    ]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_private_key_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    project(tmp_path).joinpath(".local/ssh/id_ed25519").chmod(mode)
    (found,) = mistakes(DEV, tmp_path).values()
    assert "cluster.machineDefaults.privateKeyFile" in found
    assert f"mode {mode:04o}" in found
    assert "chmod 600 .local/ssh/id_ed25519" in found


def test_a_key_that_an_agent_holds_is_named_by_its_public_half(tmp_path: Path) -> None:
    project(tmp_path).joinpath(".local/ssh/id_ed25519.pub").touch(mode=0o644)
    settings = {"cluster.machineDefaults.privateKeyFile": ".local/ssh/id_ed25519.pub"}
    assert not mistakes(changed(DEV, settings), tmp_path)


def test_a_private_key_in_the_settings_is_not_printed(tmp_path: Path) -> None:
    canary = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----"
    for path in ("machines[1].privateKeyFile", "machines[1].hostKey", "machines[1].user"):
        found = mistakes(changed(DEV, {path: canary}), project(tmp_path / path))
        assert set(found) == {path}
        assert "canary" not in str(found)


def test_a_value_that_the_engine_keeps_secret_is_not_printed(tmp_path: Path) -> None:
    spoilt = changed(DEV, {"cluster.podRange": "canary", "cluster.endpoint": "canary"})
    with pytest.raises(SettingsError) as raised:
        parse(spoilt, "dev", project(tmp_path), secret={"cluster"})
    assert "metalml:cluster.podRange" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    (found,) = mistakes(changed(DEV, {"machines[1].user": "x" * 1000}), project(tmp_path)).values()
    assert len(found) < 400


RUBBISH = [
    None,
    -1,
    1,
    1.5,
    True,
    "",
    "x",
    "x" * 5000,
    [],
    [1],
    [None],
    {},
    {"a": 1},
    {1: 2},
    {"kind": "apt"},
]


def places(value: Any, path: str = "") -> Iterator[str]:
    """The path of every value, as deep as it goes."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in inner:
        deeper = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}" if path else str(step)
        yield deeper
        yield from places(below, deeper)


@pytest.mark.parametrize("path", list(places(DEV)))
def test_whatever_is_written_anywhere_ends_in_a_list_of_mistakes_and_no_crash(
    path: str, tmp_path: Path
) -> None:
    directory = project(tmp_path)
    for rubbish in RUBBISH:
        found = mistakes(changed(DEV, {path: rubbish}), directory)
        assert all("do:" in text for text in found.values())
