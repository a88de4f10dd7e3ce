"""No object is made before its namespace is there: the first `up` of everything must not depend on luck."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from pulumi.runtime.mocks import MockMonitor

from tests.api.conftest import rendering
from tests.api.everything import everything

NAMESPACE = "kubernetes:core/v1:Namespace"


class Registered:
    """What was registered: dependencies and namespaces of objects, by URN."""

    def __init__(self) -> None:
        self.dependencies: dict[str, set[str]] = {}
        self.namespaces: dict[str, str] = {}
        self.made: dict[str, str] = {}

    def note(self, urn: str, request: Any, inputs: Mapping[str, Any]) -> None:
        self.dependencies[urn] = set(request.dependencies)
        metadata = inputs.get("metadata")
        if not request.type.startswith("kubernetes:") or not isinstance(metadata, Mapping):
            return
        if request.type == NAMESPACE:
            self.made[metadata["name"]] = urn
        elif isinstance(metadata.get("namespace"), str):
            self.namespaces[urn] = metadata["namespace"]

    def too_early(self) -> Iterator[str]:
        """Objects that may be made before their namespace."""

        @cache
        def waits_for(urn: str) -> frozenset[str]:
            found = set[str]()
            for needed in self.dependencies.get(urn, ()):
                found |= {needed} | waits_for(needed)
            return frozenset(found)

        for urn, namespace in self.namespaces.items():
            if namespace in self.made and self.made[namespace] not in waits_for(urn):
                yield f"{urn.rpartition('::')[2]} in {namespace}"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Registered:
    found, register = Registered(), MockMonitor.RegisterResource

    def noted(self: MockMonitor, request: Any) -> Any:
        response = register(self, request)
        if response.urn in self.resources:
            found.note(response.urn, request, self.resources[response.urn].state)
        return response

    monkeypatch.setattr(MockMonitor, "RegisterResource", noted)
    return found


def test_every_object_waits_for_its_namespace(registered: Registered, tmp_path: Any) -> None:
    with everything(tmp_path) as (build, outputs), rendering() as render:
        render(build, {name: {"stdout": text} for name, text in outputs.items()})
    assert {"monitoring", "logging", "ml", "vision"} <= registered.made.keys()
    assert not sorted(registered.too_early())
