"""Raises what the go.mod files require to one version of each module, the newest that any of them asks for.

Go compiles a package again for each set of versions that stands below it: half of what was compiled
for all programs had been compiled before. `make lock` runs this, also after a program was raised.

A program that does not build with them, or does not run (the tests of the cluster `full` tell), gets its
go.mod and go.sum back from git, and `own_libraries` with the reason.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.bundle import modules
from local.bundle.served import PRETEND_GPU
from local.engine.pulumi import ENGINE
from local.golang import find_go
from local.gomodule import ENVIRONMENT, GoModule
from local.process import must
from local.progress import Progress

_PROGRAMS = (*(found for found in vars(modules).values() if isinstance(found, GoModule)), ENGINE, PRETEND_GPU)
ALIGNED = tuple(module for module in _PROGRAMS if not module.own_libraries)
# A line for each package of a module, if that is not replaced by another.
_MODULE = "{{with .Module}}{{if not (or .Main .Replace)}}{{.Path}} {{.Version}}{{end}}{{end}}"


def align(progress: Progress) -> None:
    """Write the go.mod and go.sum files. What is raised may need others, so again until nothing is.

    Raises Problem where a program's sources do not come together any more.
    """
    go = find_go(progress)
    while True:
        builds = {module.name: _versions(go, module) for module in ALIGNED}
        newest = newest_of(builds.values())
        raised = 0
        for module in ALIGNED:
            older = older_of(builds[module.name], newest)
            if older:
                progress.say(f"{module.title}: {len(older)} raised")
                _raise(go, module.directory / "go.mod", older)
            raised += len(older)
        if not raised:
            return


def _raise(go: Path, file: Path, newest: Mapping[str, str]) -> None:
    # Not `go get`, which refuses a version that another one in the same line does not go with.
    must([go, "mod", "edit", *(f"-require={path}@{version}" for path, version in newest.items()), file])
    # The command calls everything that it adds a direct requirement.
    lines = (rf"(\t{re.escape(path)} {re.escape(version)})$" for path, version in newest.items())
    file.write_text(re.sub("|".join(lines), r"\g<0> // indirect", file.read_text(), flags=re.MULTILINE))


def newest_of(builds: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Of each module the newest of its versions in these builds."""
    newest: dict[str, str] = {}
    for build in builds:
        for path, version in build.items():
            newest[path] = max(newest.get(path, version), version, key=_order)
    return newest


def older_of(build: Mapping[str, str], newest: Mapping[str, str]) -> dict[str, str]:
    """Of each module that this build has in another version the newest."""
    return {path: newest[path] for path, version in build.items() if version != newest[path]}


def _versions(go: Path, module: GoModule) -> dict[str, str]:
    """Of each module that the programs have a package of, but not of their own: that version was chosen."""
    command = [go, "-C", module.directory, "list", "-mod=mod", "-f", _MODULE]
    packages = list(module.programs.values())
    found = [must([*command, *more, *packages], env=ENVIRONMENT).split() for more in (["-deps"], [])]
    needed, own = (dict(zip(words[::2], words[1::2], strict=True)) for words in found)
    return {path: version for path, version in needed.items() if path not in own}


def _order(version: str) -> tuple[int, int, int, bool, str]:
    """A version's place: by its numbers, prereleases before the release and among each other as text."""
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)(?:-([^+]*))?", version)
    if not found:
        raise ValueError(f"{version} is no version of a Go module")
    major, minor, patch, before = found.groups()
    return int(major), int(minor), int(patch), before is None, before or ""


if __name__ == "__main__":
    align(Progress())
