"""A bot raises every version that says where newer ones are (renovate.json5)."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
VERSIONS = "components/versions.py"
TEXT = (REPOSITORY / VERSIONS).read_text()
# The end of the string in the line below the comment: a version, or an image with one.
VERSION = re.compile(r'["v:](\d[\w.-]*)",?$')


def read() -> dict[str, Any]:
    """The configuration. Its comments have lines of their own, so what is left is JSON."""
    lines = (REPOSITORY / "renovate.json5").read_text().splitlines()
    return json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))


def in_python(expression: str) -> re.Pattern[str]:
    """An expression of JavaScript, which spells named groups in another way."""
    return re.compile(expression.replace("(?<", "(?P<"))


def covers(pattern: str, path: str) -> bool:
    """Whether a file pattern, an expression between slashes, finds the path."""
    return in_python(pattern.removeprefix("/").removesuffix("/").replace("\\/", "/")).search(path) is not None


def tracked(*patterns: str) -> list[str]:
    found = subprocess.run(
        ["git", "ls-files", *patterns], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.split()
    assert found, patterns
    return found


CONFIGURATION = read()
(MANAGER,) = CONFIGURATION["customManagers"]
(MATCH,) = (in_python(expression) for expression in MANAGER["matchStrings"])
FOUND = {TEXT.count("\n", 0, match.start()): match for match in MATCH.finditer(TEXT)}
LINES = TEXT.splitlines()
COMMENTS = [number for number, line in enumerate(LINES) if line.lstrip().startswith("# renovate:")]
MODULES = tracked("*go.mod")
REQUIREMENTS = tracked("*.in")
RULES = CONFIGURATION["packageRules"]


def dependencies() -> set[str]:
    """The names of what can be raised: of versions.py, of go.mod files and of requirements."""
    modules = "\n".join((REPOSITORY / path).read_text() for path in MODULES)
    packages = "\n".join((REPOSITORY / path).read_text() for path in REQUIREMENTS)
    return {
        *(match["depName"] for match in FOUND.values()),
        *re.findall(r"^(?:require |\t)(\S+) v\S+$", modules, re.MULTILINE),
        *re.findall(r"^([\w-]+)[=>]=", packages, re.MULTILINE),
    }


def test_there_are_versions_to_raise() -> None:
    assert COMMENTS and VERSIONS in tracked(VERSIONS)
    assert any(covers(pattern, VERSIONS) for pattern in MANAGER["managerFilePatterns"])


@pytest.mark.parametrize("number", COMMENTS, ids=lambda number: LINES[number].rpartition("=")[2])
def test_a_version_that_says_where_newer_ones_are_is_raised(number: int) -> None:
    below = VERSION.search(LINES[number + 1])
    assert below, f"line {number + 2} ends with no version"
    assert number in FOUND, f"the expression of renovate.json5 finds no version below line {number + 1}"
    assert FOUND[number]["currentValue"] == below[1]
    assert f"datasource={FOUND[number]['datasource']} depName={FOUND[number]['depName']}" in LINES[number]


@pytest.mark.parametrize(
    ("tag", "version"),
    [("v1.36.3", "1.36.3"), ("2.20.0-gpu", "2.20.0-gpu"), ("metrics-server-helm-chart-3.13.0", None)],
)
def test_a_tag_becomes_the_version_as_it_is_written_here(tag: str, version: str | None) -> None:
    found = in_python(MANAGER["extractVersionTemplate"]).search(tag)
    assert (found and found["version"]) == version


@pytest.mark.parametrize("path", MODULES)
def test_no_go_module_is_left_behind(path: str) -> None:
    assert any(covers(pattern, path) for pattern in CONFIGURATION["gomod"]["managerFilePatterns"])


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_no_requirements_are_left_behind(path: str) -> None:
    assert any(covers(pattern, path) for pattern in CONFIGURATION["pip_requirements"]["managerFilePatterns"])


def test_programs_of_the_tests_are_raised_too() -> None:
    # The preset ignores folders that are called tests, unless this list is given.
    assert "config:recommended" in CONFIGURATION["extends"]
    assert CONFIGURATION["ignorePaths"] == []
    assert any(path.startswith("tests/") for path in MODULES)


def test_a_rule_names_only_what_there_is() -> None:
    there = dependencies()
    for name in (name for rule in RULES for name in rule.get("matchDepNames", [])):
        assert any(covers(name, one) if name.startswith("/") else name == one for one in there), name
