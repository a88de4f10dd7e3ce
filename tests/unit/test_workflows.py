"""What must hold of the workflows that actionlint does not know."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yaml"))


def read(path: Path) -> dict[str, Any]:
    # BaseLoader: YAML 1.1 would read the key `on` as true.
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_digest_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_job_has_only_the_permissions_it_names_and_an_end(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        assert int(job["timeout-minutes"]) <= 120


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_checkout_leaves_its_token_for_later_steps(path: Path) -> None:
    for job in read(path)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] == "false"


def test_code_of_a_fork_meets_no_secret_and_no_runner_of_ours() -> None:
    workflow = read(FOLDER / "pull-request.yaml")
    assert list(workflow["on"]) == ["pull_request"]
    for name, job in workflow["jobs"].items():
        if name == "preview":
            assert "head.repo.full_name == github.repository" in job["if"]
            continue
        assert job["runs-on"] == "ubuntu-24.04"
        assert "environment" not in job
        assert "secrets." not in str(job)
        assert job["permissions"] == {"contents": "read"}


def test_each_environment_has_one_preview_comment_that_is_edited() -> None:
    job = read(FOLDER / "pull-request.yaml")["jobs"]["preview"]
    environments = [entry["environment"] for entry in job["strategy"]["matrix"]["include"]]
    assert len(environments) == len(set(environments))
    (preview,) = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("pulumi/actions@")]
    assert preview["command"] == "preview"
    assert (preview["comment-on-pr"], preview["edit-pr-comment"]) == ("true", "true")
    # The action finds its comment by the stack's name.
    assert preview["stack-name"] == "${{ matrix.environment }}"


def test_an_update_that_has_begun_is_not_stopped_by_the_next() -> None:
    assert read(FOLDER / "main.yaml")["concurrency"]["cancel-in-progress"] == "false"


def test_the_engine_of_the_preview_is_the_one_that_the_sdk_speaks_to() -> None:
    # The workflow reads this line.
    requirements = (FOLDER.parents[1] / "requirements.in").read_text()
    assert len(re.findall(r"^pulumi==\d+\.\d+\.\d+$", requirements, re.MULTILINE)) == 1
