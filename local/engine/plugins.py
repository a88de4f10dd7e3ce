"""Finds the provider plugins that the program talks to, lets the engine download them, or builds them."""

import os
import subprocess
from importlib.metadata import version
from pathlib import Path

from local.engine.kubernetes import KUBERNETES_PROVIDER
from local.paths import link
from local.progress import Progress

# What the program's SDK packages talk to. Whether the engine can download anything is known from the first.
NAMES = ("kubernetes", "command")
# A plugin that somebody has built, by its file: METALML_KUBERNETES_PLUGIN and METALML_COMMAND_PLUGIN.
_CHOSEN = "METALML_{}_PLUGIN"
_OFFICIAL = Path.home() / ".pulumi" / "plugins"
# Of the command plugin, whose Go module nobody serves.
_LAUNCHER = Path(__file__).with_name("launcher.sh")
# Seconds for a download of 60 MB; a closed network refuses at once or never answers.
_DOWNLOAD = 300


def install_plugins(home: Path, progress: Progress) -> list[str]:
    """Make each plugin findable in the PULUMI_HOME `home`, which has its engine.

    Returns the names of those that were not to be had as they are released.
    """
    # What was built before could not be downloaded then, and the next plugin cannot be where one could not.
    closed = KUBERNETES_PROVIDER.find() is not None
    missing: list[str] = []
    for name in NAMES:
        place = plugin_path(home / "plugins", name)
        found = _on_this_computer(name)
        if found:
            link(place, found)
        elif closed or not _download(name, home, progress):
            link(place, _made_here(name, progress))
            missing.append(name)
            closed = True
    return missing


def has_plugins(home: Path) -> bool:
    """Whether `install_plugins` has nothing to download or build."""
    return KUBERNETES_PROVIDER.find() is not None or all(
        _on_this_computer(name) or _is_downloaded(plugin_path(home / "plugins", name)) for name in NAMES
    )


def _is_downloaded(place: Path) -> bool:
    """Whether there is a plugin that is no link of ours."""
    return place.exists() and not place.is_symlink()


def plugin_path(plugins: Path, name: str) -> Path:
    """Where the engine looks for a plugin."""
    return plugins / f"resource-{name}-v{version(f'pulumi-{name}')}" / f"pulumi-resource-{name}"


def _on_this_computer(name: str) -> Path | None:
    chosen = os.environ.get(_CHOSEN.format(name.upper()))
    if chosen:
        return Path(chosen)
    official = plugin_path(_OFFICIAL, name)
    return official if official.exists() else None


def _made_here(name: str, progress: Progress) -> Path:
    if name == "kubernetes":
        return KUBERNETES_PROVIDER.build(progress).path(f"pulumi-resource-{name}")
    return _LAUNCHER


def _download(name: str, home: Path, progress: Progress) -> bool:
    """Let the engine get the released plugin; whether it is there now."""
    place = plugin_path(home / "plugins", name)
    if place.is_symlink():
        place.unlink()
    if place.exists():
        return True
    try:
        done = subprocess.run(
            [home / "bin" / "pulumi", "plugin", "install", "resource", name, version(f"pulumi-{name}")],
            env={**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DOWNLOAD,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode == 0:
        progress.say(f"downloaded Pulumi's {name} plugin {version(f'pulumi-{name}')}")
    return place.exists()
