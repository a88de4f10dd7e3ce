"""Teams in a stack: what there is of them, what others read, and models that would not fit."""

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi import Output

from settings import parse
from stacks import models, platform, references
from tests.unit.settings.bad.teams import QUOTA
from tests.unit.settings.given import good, project
from tests.unit.stacks.test_layers import CLUSTER_STACK, DEV, PLATFORM_STACK

NAMESPACE = "kubernetes:core/v1:Namespace"
TEAM = {"name": "vision", "group": "oidc:vision", "quota": QUOTA}


@pytest.fixture
def prod(engine, tmp_path, monkeypatch):
    """An engine beside which the stack prod-cluster is up."""
    monkeypatch.chdir(project(tmp_path))
    engine.stacks["organization/metalml/prod-cluster"] = CLUSTER_STACK
    return engine


@pytest.fixture
def made(prod, settle, tmp_path):
    """Builds the platform of the settings; gives what the stack shows."""

    def build(**settings: Any) -> dict[str, Any]:
        raw = {"layers": ["platform"], "platform": settings}
        shown: dict[str, Any] = {}

        def program() -> Output[Any]:
            outputs = platform.build(
                parse(raw, "prod-platform", tmp_path), references.cluster_of("prod-cluster")
            )
            return Output.all(**outputs.exports()).apply(shown.update)

        settle(program)
        return shown

    return build


def test_a_data_scientist_reads_the_quota_of_the_team_from_the_stack(made):
    shown = made(teams=[TEAM])
    assert shown["namespaces"] == ["vision"]
    assert shown["teams"]["vision"]["group"] == "oidc:vision"
    assert shown["teams"]["vision"]["quota"]["requests.nvidia.com/gpu"] == "2"


def test_a_namespace_that_becomes_a_teams_stays_with_everything_in_it(prod, made):
    made(namespaces=["vision"])
    (before,) = prod.of_type(NAMESPACE).values()
    prod.resources.clear()
    made(teams=[TEAM])
    (after,) = prod.of_type(NAMESPACE).values()
    # Another name or another parent would be another resource, and this one would be deleted.
    assert after.name == before.name == "vision"
    assert after.inputs == before.inputs


def test_the_level_of_a_team_is_its_own(prod, made):
    made(namespaces=["ml"], teams=[{**TEAM, "podSecurity": "baseline"}])
    enforced = {
        name: one.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for name, one in prod.of_type(NAMESPACE).items()
    }
    assert enforced == {"ml": "restricted", "vision": "baseline"}


def test_the_rights_of_data_scientists_are_there_once_for_all_teams(prod, made):
    made(teams=[TEAM, {**TEAM, "name": "speech"}])
    assert set(prod.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")) == {
        "metalml-data-scientist"
    }
    assert len(prod.of_type("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")) == 2


def test_a_container_may_take_as_much_as_the_team_has_unless_the_team_says_less(prod, made):
    most = {"cpu": "4", "memory": "8Gi"}
    made(teams=[TEAM, {**TEAM, "name": "speech", "containers": {"limits": most}}])
    limits = {
        name: one.inputs["spec"]["limits"][0]["max"]
        for name, one in prod.of_type("kubernetes:core/v1:LimitRange").items()
    }
    assert limits == {"vision-limits": {"cpu": "16", "memory": "64Gi"}, "speech-limits": most}


def test_where_there_are_teams_nobody_gets_a_namespace_that_was_not_asked_for(tmp_path):
    project(tmp_path)
    with_team = {"models[0].namespace": "vision", "platform": {"teams": [TEAM]}}
    assert good(tmp_path, **with_team).platform.namespace_names == ("vision",)
    assert good(tmp_path).platform.namespace_names == ("ml",)


def test_the_group_is_called_as_the_team_unless_it_says_otherwise(tmp_path):
    changes = {"platform.teams": [{"name": "vision", "quota": QUOTA}]}
    project(tmp_path)
    (team,) = good(tmp_path, **changes).platform.teams
    assert team.group == "vision"


@pytest.mark.parametrize(("cpu", "fits"), [("1", True), ("999m", False)])
def test_a_quota_of_another_stack_that_is_too_small_is_said_before_anything_is_made(
    prod, settle, tmp_path, cpu, fits
):
    quota = {"requests.cpu": cpu, "requests.memory": "64Gi"}
    prod.stacks["organization/metalml/prod-platform"] = {
        **PLATFORM_STACK,
        "namespaces": ["vision"],
        "teams": {"vision": {"group": "vision", "quota": quota}},
    }
    raw = {"layers": ["models"], "models": [{**DEV["models"][0], "namespace": "vision"}]}

    def build() -> None:
        models.build(
            parse(raw, "prod-models", tmp_path),
            references.cluster_of("prod-cluster"),
            references.platform_of("prod-platform"),
        )

    if fits:
        settle(build)
        return
    # Every property that waited for the namespace has the error; the SDK raises one, asyncio prints the rest.
    asyncio.get_event_loop().set_exception_handler(lambda *_: None)
    with pytest.raises(
        pulumi.RunError,
        match=r"team vision has requests.cpu 999m, and its models and training need 1 \(ml-model 1\)",
    ):
        settle(build)
    assert not [one.name for one in prod.resources if one.typ.startswith("kubernetes:")]
