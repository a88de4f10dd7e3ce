"""What contributors are told and what their tools do is what the repository has."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
# `part NAME COMMAND...` of tests/check.sh, also in a subshell that goes on after it.
PART = re.compile(r"^\(?part (\w+) (.+?)(?: && .*)?$", re.MULTILINE)
# pre-commit gives a hook the names of the scripts; `make check` finds them itself.
ALL_SCRIPTS = ' "${scripts[@]}"'
ENVIRONMENT = "bash local/bootstrap.sh dev "
# A test as pytest spells it.
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SECURITY = (REPOSITORY / "SECURITY.md").read_text()


def parts() -> dict[str, str]:
    """The parts of `make check` and their commands."""
    return {
        name: command.removesuffix(ALL_SCRIPTS)
        for name, command in PART.findall((REPOSITORY / "tests/check.sh").read_text())
    }


def hooks() -> dict[str, dict[str, Any]]:
    (repository,) = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local", "hooks of other repositories would be other versions"
    return {hook["id"]: hook for hook in repository["hooks"]}


def test_a_commit_and_a_push_are_checked_by_every_part_of_make_check() -> None:
    commands = {name: hook["entry"].removeprefix(ENVIRONMENT) for name, hook in hooks().items()}
    assert commands == parts()


def test_hooks_run_in_the_environment_that_make_check_makes() -> None:
    for hook in hooks().values():
        assert hook["language"] == "system"
        assert hook["entry"].startswith(ENVIRONMENT)


def test_every_shell_script_is_checked_before_a_commit() -> None:
    files = re.compile(hooks()["scripts"]["files"])
    for path in ("local/bootstrap.sh", "tests/check.sh", ".ci/run"):
        assert files.search(path) and (REPOSITORY / path).exists()
    assert not files.search("README.md")


@pytest.mark.parametrize(("file", "test"), TEST.findall(SECURITY), ids=lambda one: one)
def test_what_the_security_policy_promises_is_tested(file: str, test: str) -> None:
    assert re.search(rf"^ *def {test}\(", (REPOSITORY / file).read_text(), re.MULTILINE)


def test_every_promise_of_the_security_policy_names_a_test() -> None:
    rows = re.findall(r"^\| [A-Z`].* \|$", SECURITY.partition("## What metalml promises")[2], re.MULTILINE)
    assert len(rows) > 10
    assert [row for row in rows if not TEST.search(row)] == []
