"""The engine and its plugins: used where they are, else downloaded where they can be, else built."""

import io
import subprocess
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
    monkeypatch.setattr(plugins, "_OFFICIAL", tmp_path / "official")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")

    def make(target: Path) -> None:
        for name in ("pulumi", "pulumi-resource-kubernetes"):
            program(target / name, "built here")

    built = cache.build("engine", "key", make)
    monkeypatch.setattr(GoModule, "find", lambda _module: None)
    monkeypatch.setattr(GoModule, "build", lambda _module, _progress: built)
    # Neither the SDK nor this engine can download anything.
    monkeypatch.setattr(pulumi.urllib.request, "urlopen", refuse)
    program(tmp_path / "home" / "bin" / "pulumi", "", "exit 1")
    return tmp_path / "home"


def refuse(*_: object, **__: object) -> None:
    raise OSError("no way out")


def program(path: Path, prints: str, does: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{prints}'\n{does}\n")
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


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"an installer"))


@pytest.mark.usefixtures("reachable")
def test_an_engine_that_pulumi_can_install_is_neither_built_nor_installed_twice(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    installed: list[str] = []

    def install(root: str) -> None:
        # As the SDK does: what is there is kept.
        assert not (Path(root) / "bin" / "pulumi").exists()
        installed.append(root)
        for name in ("pulumi", "pulumi-language-python"):
            program(Path(root) / "bin" / name, f"v{version('pulumi')}")

    monkeypatch.setattr(pulumi.PulumiCommand, "install", install)
    for _ in range(2):
        pulumi.install_engine(Progress())
        assert pulumi.has_engine()
    assert installed == [str(home)]


@pytest.mark.usefixtures("reachable")
def test_an_engine_that_cannot_be_installed_is_built_and_the_installers_words_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    def install(root: str) -> None:
        raise subprocess.CalledProcessError(1, "install.sh", output=b"trying\nerror: no curl here\n")

    monkeypatch.setattr(pulumi.PulumiCommand, "install", install)
    said = io.StringIO()
    pulumi.install_engine(Progress(said))
    assert "built here" in (home / "bin" / "pulumi").read_text()
    assert "to be built, not downloaded: Pulumi engine" in said.getvalue()
    assert "error: no curl here)" in said.getvalue()


def plugin(home: Path, name: str) -> Path:
    return plugins.plugin_path(home / "plugins", name)


def test_official_plugins_of_this_computer_are_used(home: Path):
    official = plugins.plugin_path(home.parent / "official", "command")
    program(official, "12345")
    assert plugins.install_plugins(home, Progress()) == ["kubernetes"]
    assert plugin(home, "command").resolve() == official


def test_what_the_engine_can_download_is_neither_built_nor_stood_in_for(home: Path):
    # As the engine does: a folder by the plugin's name and version, and the plugin in it.
    script = (
        'place=$PULUMI_HOME/plugins/resource-$4-v$5; mkdir -p "$place"; cp "$0" "$place/pulumi-resource-$4"'
    )
    program(home / "bin" / "pulumi", "", script)
    for _ in range(2):
        assert plugins.install_plugins(home, Progress()) == []
    for name in plugins.NAMES:
        assert not plugin(home, name).is_symlink()


def test_without_a_download_the_official_kubernetes_plugin_is_built_and_ours_runs_commands(home: Path):
    assert plugins.install_plugins(home, Progress()) == ["kubernetes", "command"]
    assert "built here" in plugin(home, "kubernetes").read_text()
    assert plugin(home, "command").resolve().name == "launcher.sh"


def test_a_plugin_that_somebody_has_built_is_used_where_a_variable_names_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    newest = home.parent / "newest"
    program(newest, "")
    monkeypatch.setenv("METALML_KUBERNETES_PLUGIN", str(newest))
    plugins.install_plugins(home, Progress())
    assert plugin(home, "kubernetes").resolve() == newest


def test_logs_of_the_engine_go_and_do_not_come_back(home: Path):
    program(home / "logs" / "old.log", "")
    without_logs(home)
    without_logs(home)
    assert (home / "logs").is_file()
