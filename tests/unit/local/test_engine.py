"""What the computer has is used: the right engine, the official plugins. Else ours is put there."""

from importlib.metadata import version
from pathlib import Path

import pytest

from local import cache
from local.engine import plugins, pulumi
from local.engine.logs import without_logs
from local.gomodule import GoModule
from local.progress import Progress


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PULUMI_HOME, an engine that needs no build, and a computer without Pulumi."""
    monkeypatch.setattr(pulumi, "PULUMI_HOME", tmp_path / "home")
    monkeypatch.setattr(plugins, "PULUMI_HOME", tmp_path / "home")
    monkeypatch.setattr(plugins, "_OFFICIAL", tmp_path / "official")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")
    built = cache.build("engine", "key", lambda target: program(target / "pulumi", "built here"))
    monkeypatch.setattr(GoModule, "build", lambda _module, _progress: built)
    return tmp_path / "home"


def program(path: Path, prints: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)


def test_an_installed_engine_of_the_sdks_version_is_used(home: Path):
    installed = home.parent / "path" / "pulumi"
    program(installed, f"v{version('pulumi')}")
    pulumi.install_engine(Progress())
    assert (home / "bin" / "pulumi").resolve() == installed


def test_an_engine_of_another_version_is_not_used(home: Path):
    program(home.parent / "path" / "pulumi", "v3.1.0")
    pulumi.install_engine(Progress())
    assert "built here" in (home / "bin" / "pulumi").read_text()


def test_the_engine_that_was_installed_later_takes_the_place_of_ours(home: Path):
    pulumi.install_engine(Progress())
    installed = home.parent / "path" / "pulumi"
    program(installed, f"v{version('pulumi')}")
    pulumi.install_engine(Progress())
    assert (home / "bin" / "pulumi").resolve() == installed


def test_official_plugins_are_used_and_missing_ones_stood_in_for(home: Path):
    folder = f"resource-command-v{version('pulumi-command')}"
    official = home.parent / "official" / folder / "pulumi-resource-command"
    program(official, "12345")
    assert plugins.install_plugins() == ["kubernetes"]
    assert (home / "plugins" / folder / "pulumi-resource-command").resolve() == official
    ours = home / "plugins" / f"resource-kubernetes-v{version('pulumi-kubernetes')}"
    assert (ours / "pulumi-resource-kubernetes").resolve().name == "launcher.sh"


def test_logs_of_the_engine_go_and_do_not_come_back(home: Path):
    program(home / "logs" / "old.log", "")
    without_logs(home)
    without_logs(home)
    assert (home / "logs").is_file()
