"""Finds a Pulumi engine of the SDK's version, else builds it from its Go module."""

import shutil
from importlib.metadata import version
from pathlib import Path

from local import cache
from local.gomodule import GoModule
from local.paths import PULUMI_HOME, link
from local.process import output
from local.progress import Progress

# The SDK speaks a private protocol with the engine; requirements.in and module/go.mod pin the same version.
VERSION = version("pulumi")

ENGINE = GoModule(
    name="engine",
    title=f"Pulumi engine {VERSION}",
    directory=Path(__file__).parent / "module",
    programs={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
    # Without it the engine calls itself a development build, which the Automation API refuses.
    variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": VERSION},
)


def install_engine(progress: Progress) -> None:
    """Have `bin/pulumi` in our PULUMI_HOME: a link to the computer's own, or the one built here."""
    target = PULUMI_HOME / "bin" / "pulumi"
    installed = shutil.which("pulumi")
    if installed and output([installed, "version"]).removeprefix("v") == VERSION:
        link(target, Path(installed))
    else:
        cache.place(ENGINE.build(progress), "pulumi", target)
