"""No feature escapes the tests of the whole program: everything.yaml has every key of what is built."""

from collections.abc import Iterable
from typing import Any

import pytest

from settings import ModelSettings, PlatformSettings, TrainingSettings
from settings.base import Model
from settings.rollout import Strategy
from tests.unit.settings.given import read

EVERYTHING = read("tests/api/everything.yaml")


def missing(kind: type[Model], entries: Iterable[dict[str, Any]]) -> set[str]:
    """The keys of a group of settings that none of the entries has."""
    return set(kind.yaml_keys()).difference(*entries)


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        (PlatformSettings, [EVERYTHING["platform"]]),
        (ModelSettings, EVERYTHING["models"]),
        (TrainingSettings, EVERYTHING["training"]),
    ],
    ids=["platform", "models", "training"],
)
def test_every_key_is_there(kind: type[Model], entries: list[dict[str, Any]]) -> None:
    assert not missing(kind, entries)


def test_every_strategy_is_there() -> None:
    assert {model.get("rollout", {}).get("strategy") for model in EVERYTHING["models"]} >= set(Strategy)
