"""No field of what the program renders is misspelt: an API server would refuse it, or drop it without a word.

pyright refuses a misspelt argument of a typed class, and a misspelt key of a dict in its place. The specs of
custom resources pass it, as does all that is `Any`: they are what this is about. The files of releases that
define kinds come out of their Go modules once, where they cannot be downloaded.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.api.everything import render_everything
from tests.unit.fields import misspelt
from tests.unit.settings.given import changed

POD = {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": 1}}}]}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "model", "namespace": "ml", "labels": {"any": "name"}},
    "spec": {"template": {"spec": POD}},
}
SCHEMA = {
    "type": "object",
    "properties": {
        "rules": {
            "type": "array",
            "items": {"type": "object", "properties": {"weight": {"type": "integer"}}},
        },
        "tracks": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"version": {"type": "integer"}}},
        },
        "values": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "routes.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Route"},
        "versions": [
            {
                "name": "v1",
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SCHEMA}}},
            }
        ],
    },
}
ROUTE = {
    "apiVersion": "example.com/v1",
    "kind": "Route",
    "metadata": {"name": "route"},
    "spec": {"rules": [{"weight": 1}], "tracks": {"blue": {"version": 1}}, "values": {"any": {"name": 1}}},
}


def test_every_field_that_the_program_renders_is_one_of_its_kind(tmp_path: Path) -> None:
    found = misspelt(render_everything(tmp_path))
    assert not found, "\n".join(found)


def test_what_is_well_spelt_is_let_through() -> None:
    assert misspelt([DEFINITION, DEPLOYMENT, ROUTE]) == []


@pytest.mark.parametrize(
    ("good", "path", "told"),
    [
        (DEPLOYMENT, "sepc", "sepc is unknown; nearest: spec"),
        (DEPLOYMENT, "metadata.lables", "metadata.lables is unknown; nearest: labels"),
        (
            DEPLOYMENT,
            "spec.template.spec.containers[0].resources.limit",
            "spec.template.spec.containers[0].resources.limit is unknown; nearest: limits",
        ),
        (ROUTE, "metadata.anotations", "metadata.anotations is unknown; nearest: annotations"),
        (ROUTE, "spec.rulez", "spec.rulez is unknown; nearest: rules"),
        (ROUTE, "spec.rules[0].wieght", "spec.rules[0].wieght is unknown; nearest: weight"),
        (ROUTE, "spec.tracks.blue.verison", "spec.tracks[blue].verison is unknown; nearest: version"),
    ],
)
def test_a_misspelt_field_is_told_with_the_nearest_one(good: Mapping[str, Any], path: str, told: str) -> None:
    (found,) = misspelt([DEFINITION, changed(dict(good), {path: {}})])
    assert found.endswith(f": {told}")


def test_all_mistakes_are_told_at_once_each_with_its_object() -> None:
    spoilt = changed(DEPLOYMENT, {"spec.replica": 1, "spec.template.spec.volume": []})
    unknown = {"apiVersion": "apps/v1", "kind": "Depolyment", "metadata": {"name": "model"}}
    assert misspelt([spoilt, unknown]) == [
        "apps/v1 Deployment ml/model: spec.template.spec.volume is unknown; nearest: volumes",
        "apps/v1 Deployment ml/model: spec.replica is unknown; nearest: replicas",
        "apps/v1 Depolyment model: there is no such kind",
    ]
