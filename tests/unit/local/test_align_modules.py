"""A package that several programs need is compiled once, so a first `make up` takes minutes less."""

import re
from collections import defaultdict

import pytest

from local.align_modules import ALIGNED, newest_of, older_of

# Whatever replaces a module counts for all that its go.mod builds, and is not required.
REPLACED = re.compile(r"^replace \(.*?^\)|^replace .*?$", re.MULTILINE | re.DOTALL)
REQUIRED = re.compile(r"^(?:require |\t)(\S+) (v\S+)", re.MULTILINE)


def test_every_program_is_built_with_the_same_version_of_a_library() -> None:
    chosen = [package for module in ALIGNED for package in module.programs.values()]
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for module in ALIGNED:
        for path, version in REQUIRED.findall(REPLACED.sub("", (module.directory / "go.mod").read_text())):
            if not any(package.startswith(path) for package in chosen):
                found[path][module.name] = version
    different = {path: versions for path, versions in found.items() if len(set(versions.values())) > 1}
    assert not different, "run `make lock`"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("v1.9.9", "v1.10.0"),
        ("v1.36.12-0.20260120151049-f2248ac996af", "v1.36.12"),
        ("v0.0.0-20260210185600-b8788abfbbc2", "v0.0.0-20260626114624-be93311217bd"),
        ("v2.0.0+incompatible", "v2.0.1+incompatible"),
    ],
)
def test_only_what_is_older_is_raised(older: str, newer: str) -> None:
    builds = [{"x": older, "only": "v1.0.0"}, {"x": newer}]
    newest = newest_of(builds)
    assert newest == newest_of(reversed(builds))
    assert [older_of(build, newest) for build in builds] == [{"x": newer}, {}]
