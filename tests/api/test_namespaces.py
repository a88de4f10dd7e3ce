"""What is there before a namespace, and what after: neither the first `up` nor `destroy` depends on luck."""

from collections.abc import Iterator, Mapping
from pathlib import Path
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
        self._before: dict[str, set[str]] = {}

    def note(self, urn: str, request: Any, inputs: Mapping[str, Any]) -> None:
        self.dependencies[urn] = set(request.dependencies)
        metadata = inputs.get("metadata")
        if not request.type.startswith("kubernetes:") or not isinstance(metadata, Mapping):
            return
        if request.type == NAMESPACE:
            self.made[metadata["name"]] = urn
        elif isinstance(metadata.get("namespace"), str):
            self.namespaces[urn] = metadata["namespace"]

    def waits_for(self, urn: str) -> set[str]:
        """Everything that is made before it, and removed after it."""
        if urn not in self._before:
            needed = self.dependencies.get(urn, set())
            self._before[urn] = needed.union(*map(self.waits_for, needed))
        return self._before[urn]

    def too_early(self) -> Iterator[str]:
        """Objects that may be made before their namespace."""
        for urn, namespace in self.namespaces.items():
            if namespace in self.made and self.made[namespace] not in self.waits_for(urn):
                yield f"{urn.rpartition('::')[2]} in {namespace}"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registered:
    """What the whole program has registered."""
    found, register = Registered(), MockMonitor.RegisterResource

    def noted(self: MockMonitor, request: Any) -> Any:
        response = register(self, request)
        if response.urn in self.resources:
            found.note(response.urn, request, self.resources[response.urn].state)
        return response

    monkeypatch.setattr(MockMonitor, "RegisterResource", noted)
    with everything(tmp_path) as (build, outputs), rendering() as render:
        render(build, {name: {"stdout": text} for name, text in outputs.items()})
    return found


def test_every_object_waits_for_its_namespace(registered: Registered) -> None:
    assert {"monitoring", "logging", "ml", "vision"} <= registered.made.keys()
    assert not sorted(registered.too_early())


def test_kueue_and_the_share_stay_until_the_namespace_is_gone_in_which_work_waits(
    registered: Registered,
) -> None:
    for last in (":Deployment::kueue", ":ClusterQueue::vision"):
        (found,) = (urn for urn in registered.dependencies if urn.endswith(last))
        assert found in registered.waits_for(registered.made["vision"])
        assert found not in registered.waits_for(registered.made["ml"])
