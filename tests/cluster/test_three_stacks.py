"""One program, three stacks: cluster, platform and models, each brought up, changed and destroyed alone."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.project import Project, settings_on
from tests.cluster.test_lifecycle import curl

STACKS = ("split-cluster", "split-platform", "split-models")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("three-stacks"))
    whole = settings_on(project, cluster="split", machines="10.86.0", pods="10.243")
    config = whole["config"]
    for stack in STACKS:
        layer = stack.removeprefix("split-")
        project.write(stack, {"config": {"metalml:layers": [layer], **_belongs_to(layer, config)}})
    # What a killed run left, as before each lab.
    project.sweep(STACKS[0])
    yield project
    project.sweep(STACKS[0])


def _belongs_to(layer: str, config: dict[str, object]) -> dict[str, object]:
    keys = {
        "cluster": ("metalml:cluster", "metalml:machines"),
        "platform": ("metalml:platform",),
        "models": ("metalml:models", "metalml:images"),
    }
    return {key: config[key] for key in keys[layer]}


def test_three_stacks_serve_what_one_would(project: Project) -> None:
    for stack in STACKS:
        project.must("up", stack)
    assert json.loads(curl("10.86.0.12")) == {"predictions": [2.5, 3.0, 4.5]}


def test_the_models_stack_changes_and_goes_without_touching_the_others(project: Project) -> None:
    others = [project.resources(stack) for stack in STACKS[:2]]
    project.edit("split-models", lambda config: config["metalml:models"][0].update(replicas=2))
    project.must("up", "split-models")
    deployment = json.loads(project.kubectl("get", "deployment", "-n", "ml", "ml-model", "-o", "json"))
    assert deployment["status"]["readyReplicas"] == 2

    project.must("down", "split-models")
    assert "ml-model" not in project.kubectl("get", "deployments,services,pv", "-A", "-o", "name")
    assert project.kubectl("get", "namespace", "ml", "-o", "name").strip() == "namespace/ml"
    assert [project.resources(stack) for stack in STACKS[:2]] == others
