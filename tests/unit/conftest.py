"""A recording engine for tests that need no machine and no cluster."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key

from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache

STACK_REFERENCE = "pulumi:pulumi:StackReference"
COMMAND = "command:local:Command"


class Recorder(Mocks):
    """Keeps every resource that is registered, and answers what commands and other stacks would."""

    def __init__(self) -> None:
        self.resources: list[MockResourceArgs] = []
        self.outputs: dict[str, Mapping[str, Any]] = {}
        """Outputs of a resource besides its inputs, by its name."""
        self.stacks: dict[str, Mapping[str, Any]] = {}
        """Outputs of other stacks, by their full names."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources.append(args)
        state = {**args.inputs, **self.outputs.get(args.name, {})}
        if args.typ == COMMAND:
            # One that is not told what to print prints nothing, as a real one.
            state.setdefault("stdout", "")
        if args.typ == STACK_REFERENCE:
            outputs = self.stacks[args.inputs["name"]]
            state |= {"outputs": outputs, "secretOutputNames": ["kubeconfig"]}
        return f"{args.name}-id", state

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return {}, None

    def of_type(self, kind: str) -> dict[str, MockResourceArgs]:
        """The registered resources of a type, by name."""
        return {resource.name: resource for resource in self.resources if resource.typ == kind}


def plain(value: Any) -> Any:
    """The value without the wrapping that secret inputs arrive in."""
    if isinstance(value, Mapping):
        if value.get(_special_sig_key) == _special_secret_sig:
            return plain(value["value"])
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def definition(kind: str) -> dict[str, Any]:
    """As little of a CustomResourceDefinition as the program asks of one."""
    return {"metadata": {"name": kind.lower()}, "spec": {"names": {"kind": kind}}}


def definitions(*objects: Mapping[str, Any]) -> Definitions:
    """Those of some release, for a cluster."""
    return Definitions(release="Things 1.0", objects=objects, kubeconfig="kubeconfig")


def delivered(resources: Iterable[MockResourceArgs]) -> list[Mapping[str, Any]]:
    """The CustomResourceDefinitions that Commands among the resources give to the cluster."""
    return [item for one in resources if one.typ == COMMAND for item in delivered_by(one.inputs)]


def delivered_by(inputs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Those that the Command with these inputs gives to the cluster; none by most."""
    digest = (inputs.get("environment") or {}).get("METALML_SHA256")
    return json.loads((release_cache() / digest).read_text())["items"] if digest else ()


@pytest.fixture(autouse=True)
def _outputs_never_become_text(monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise an Output in an f-string becomes a sentence about that, and the program goes on with it.
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")


@pytest.fixture(params=[False, True], ids=["up", "preview"])
def engine(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """A loop and mocks of its own for each test, so that order never matters.

    Everything is also run as a preview, in which what providers compute is unknown.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder()
    pulumi.runtime.set_mocks(
        recorder, project="metalml", stack="test", preview=request.param, organization="organization"
    )
    yield recorder
    # After an expected error some tasks of the SDK have not begun; left alone they warn in a later test.
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    pulumi.runtime.reset_options()
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def removed_before(engine: Recorder, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, set[str]]:
    """What is removed before what, by type: a resource goes before all that it depends on."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    register = pulumi.runtime.mocks.MockMonitor.RegisterResource

    def record(self: Any, request: Any) -> Any:
        found[request.type] |= {urn.split("::")[2].rpartition("$")[2] for urn in request.dependencies}
        return register(self, request)

    monkeypatch.setattr(pulumi.runtime.mocks.MockMonitor, "RegisterResource", record)
    return found


@pytest.fixture
def settle() -> Callable[[Callable[[], object]], None]:
    """Run a build and drain every registration it causes: only then may absence be asserted."""
    return lambda build: pulumi.runtime.test(build)()
