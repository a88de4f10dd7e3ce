"""Finds a Pulumi engine of the SDK's version, lets Pulumi download it, or builds it from its Go module."""

import shutil
import urllib.request
from importlib.metadata import version
from pathlib import Path

from pulumi.automation import PulumiCommand

from local import cache
from local.downloads import TIMEOUT
from local.gomodule import GoModule
from local.paths import PULUMI_HOME, link
from local.process import output
from local.progress import Progress

# The SDK speaks a private protocol with the engine; requirements.in and module/go.mod pin the same version.
VERSION = version("pulumi")

ENGINE = GoModule(
    name="engine",
    title=f"Pulumi engine {VERSION}",
    version=VERSION,
    seconds=157,
    gibibytes=2,
    directory=Path(__file__).parent / "module",
    programs={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
    # Without it the engine calls itself a development build, which the Automation API refuses.
    variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": VERSION},
)

# Where the SDK's own installer comes from.
_INSTALLER = "https://get.pulumi.com/install.sh"
# Comes with a released engine, and with none that is built here.
_LANGUAGE = PULUMI_HOME / "bin" / "pulumi-language-python"


def install_engine(progress: Progress) -> None:
    """Have `bin/pulumi` in our PULUMI_HOME: a link to the computer's own, or the one built here."""
    target = PULUMI_HOME / "bin" / "pulumi"
    installed = shutil.which("pulumi")
    if installed and _version_of(Path(installed)) == VERSION:
        link(target, Path(installed))
    elif ENGINE.find(progress) or not _download(progress):
        cache.place(ENGINE.build(progress), "pulumi", target)


def has_engine(progress: Progress) -> bool:
    """Whether `install_engine` has nothing to download or build."""
    installed = shutil.which("pulumi")
    if installed and _version_of(Path(installed)) == VERSION:
        return True
    return ENGINE.find(progress) is not None or _downloaded()


def _download(progress: Progress) -> bool:
    """Let the SDK install the released engine; whether it is there now."""
    if _downloaded():
        return True
    try:
        # Asked first: the SDK waits for an answer without end.
        urllib.request.urlopen(_INSTALLER, timeout=TIMEOUT).close()
        with progress.step("fetch-engine", f"{ENGINE.title}: download"):
            PulumiCommand.install(root=str(PULUMI_HOME))
    except Exception as error:  # the SDK says no more of what it raises
        reason = getattr(error, "reason", error)
        progress.say(f"to be built, not downloaded: {ENGINE.title} ({_INSTALLER}: {reason})")
    return _downloaded()


def _downloaded() -> bool:
    """Whether the engine in our PULUMI_HOME is a whole one that we have not put there ourselves."""
    engine = PULUMI_HOME / "bin" / "pulumi"
    return not engine.is_symlink() and _LANGUAGE.exists() and _version_of(engine) == VERSION


def _version_of(engine: Path) -> str:
    return output([engine, "version"]).removeprefix("v")
