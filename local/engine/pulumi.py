"""Finds a Pulumi engine of the SDK's version, lets Pulumi download it, or builds it from its Go module."""

import shutil
import subprocess
import urllib.request
from importlib.metadata import version
from pathlib import Path

from pulumi.automation import PulumiCommand

from local import cache
from local.downloads import TIMEOUT
from local.gomodule import GoModule
from local.paths import PULUMI_HOME, link
from local.process import output
from local.progress import Progress, Step

# The SDK speaks a private protocol with the engine; requirements.in and module/go.mod pin the same version.
VERSION = version("pulumi")

ENGINE = GoModule(
    name="engine",
    title=f"Pulumi engine {VERSION}",
    version=VERSION,
    seconds=180,
    gibibytes=3,
    directory=Path(__file__).parent / "module",
    programs={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
    # Without it the engine calls itself a development build, which the Automation API refuses.
    variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": VERSION},
)

# Where the SDK's own installer comes from.
_INSTALLER = "https://get.pulumi.com/install.sh"
# Comes with a released engine, and with none that is built here.
_LANGUAGE = "pulumi-language-python"


def install_engine(progress: Progress) -> None:
    """Have `bin/pulumi` in our PULUMI_HOME: a link to the computer's own, or a downloaded or built one."""
    target = PULUMI_HOME / "bin" / "pulumi"
    installed = shutil.which("pulumi")
    if installed and _version_of(Path(installed)) == VERSION:
        link(target, Path(installed))
    elif ENGINE.find() or not _download(progress):
        cache.place(ENGINE.build(progress), "pulumi", target)


def has_engine() -> bool:
    """Whether `install_engine` has nothing to download or build."""
    installed = shutil.which("pulumi")
    if installed and _version_of(Path(installed)) == VERSION:
        return True
    return ENGINE.find() is not None or _downloaded()


def _download(progress: Progress) -> bool:
    """Let the SDK install the released engine; whether it is there now."""
    if _downloaded():
        return True
    # Of another origin, it would be taken for the one that is wanted.
    (PULUMI_HOME / "bin" / "pulumi").unlink(missing_ok=True)
    reason: object = "it is not whole"
    try:
        # Asked first: the SDK waits for an answer without end.
        urllib.request.urlopen(_INSTALLER, timeout=TIMEOUT).close()
        with progress.step("fetch-engine", f"{ENGINE.title}: download") as step:
            reason = _install(step)
    except OSError as error:
        reason = getattr(error, "reason", error)
    if not _downloaded():
        progress.say(f"to be built, not downloaded: {ENGINE.title} ({_INSTALLER}: {reason})")
    return _downloaded()


def _install(step: Step) -> str:
    """Returns the installer's last words, if it failed."""
    try:
        PulumiCommand.install(root=str(PULUMI_HOME))
    except subprocess.CalledProcessError as error:
        lines: list[str] = error.output.decode(errors="replace").splitlines() or [str(error)]
        for line in lines:
            step.log(line)
        return lines[-1]
    except Exception as error:  # the SDK says no more of what it raises
        step.log(str(error))
        return str(error)
    return ""


def _downloaded() -> bool:
    """Whether the engine in our PULUMI_HOME is a whole one that we have not put there ourselves."""
    engine = PULUMI_HOME / "bin" / "pulumi"
    return not engine.is_symlink() and (engine.parent / _LANGUAGE).exists() and _version_of(engine) == VERSION


def _version_of(engine: Path) -> str:
    return output([engine, "version"]).removeprefix("v")
