"""A kubeconfig that leads nowhere is told in one sentence: no preview shows what could never be made."""

import json

import pulumi
import pytest

from stacks.kubeconfig import require_kubeconfig
from tests.unit.settings.given import kubeconfig

CANARY = "canary-5be1"


def without(key: str) -> str:
    config = json.loads(kubeconfig(CANARY))
    del config[key]
    return json.dumps(config)


def test_a_complete_one_is_used_as_it_is() -> None:
    assert require_kubeconfig(kubeconfig(CANARY)) == kubeconfig(CANARY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be the YAML of one"),
        (f"{CANARY}: [\n", "must be the YAML of one"),
        (f"/home/{CANARY}/.kube/config", "must be the YAML of one"),
        (without("current-context"), "must be the YAML of one"),
        (without("users"), "must be the YAML of one"),
        (kubeconfig(CANARY).replace('"user": "admin"', '"user": "ops"'), "it has no user 'ops'"),
        (kubeconfig(CANARY).replace("https://", "http://"), "is no https:// address"),
    ],
)
def test_what_is_wrong_is_said_without_its_contents(text: str, words: str) -> None:
    with pytest.raises(pulumi.RunError) as told:
        require_kubeconfig(text)
    assert words in str(told.value)
    assert CANARY not in str(told.value)
    assert "\n" not in str(told.value)
