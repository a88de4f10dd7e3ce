"""Finds the official provider plugins on this computer, else puts ours in their place."""

from importlib.metadata import version
from pathlib import Path

from local.paths import PULUMI_HOME, link

# The plugins that the program's SDK packages talk to.
NAMES = ("command", "kubernetes")
_LAUNCHER = Path(__file__).with_name("launcher.sh")
_OFFICIAL = Path.home() / ".pulumi" / "plugins"


def install_plugins() -> list[str]:
    """Make each plugin findable in our PULUMI_HOME; return the names of those that are ours."""
    ours: list[str] = []
    for name in NAMES:
        folder = f"resource-{name}-v{version(f'pulumi-{name}')}"
        official = _OFFICIAL / folder / f"pulumi-resource-{name}"
        link(PULUMI_HOME / "plugins" / folder / official.name, official if official.exists() else _LAUNCHER)
        if not official.exists():
            ours.append(name)
    return ours
