"""Two tools that know what goes wrong in clusters find nothing in our objects, but what is written down."""

import re
from pathlib import Path

import pytest
import yaml

from tests.api.everything import render_everything
from tests.tools.scores import Finding, checkov, kube_score

EXCEPTIONS = yaml.safe_load(Path(__file__).with_name("score_exceptions.yaml").read_text())
MOST_EXCEPTIONS = 10


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    # Kinds of other projects are theirs, and no work for these tools.
    objects = [
        one
        for one in render_everything(tmp_path_factory.mktemp("everything"))
        if one["kind"] != "CustomResourceDefinition"
    ]
    file = tmp_path_factory.mktemp("scored") / "everything.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    return [*kube_score(file), *checkov(file)]


def excuses(exception: dict, finding: Finding) -> bool:
    return finding.check in exception["checks"] and bool(
        re.fullmatch(exception.get("objects", ".*"), finding.of)
    )


def test_nothing_is_found_that_has_no_reason(findings: list[Finding]) -> None:
    left = [str(one) for one in findings if not any(excuses(exception, one) for exception in EXCEPTIONS)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda one: one["checks"][0])
def test_no_exception_stays_after_its_reason_has_gone(exception: dict, findings: list[Finding]) -> None:
    for check in exception["checks"]:
        assert any(one.check == check and excuses(exception, one) for one in findings), check
    assert exception["why"]


def test_there_are_few_exceptions() -> None:
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS
