"""What the tests with a real API server share."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi
import pytest

from tests.api.api_server import ApiServer
from tests.unit.conftest import Recorder


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """One API server for all tests; each test keeps to objects of its own."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
def rendered() -> Iterator[Callable[[Callable[[], object]], list[Mapping[str, Any]]]]:
    """Builds components without an engine and returns the Kubernetes objects that they would make."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="metalml", stack="test", preview=False)

    def render(build: Callable[[], object]) -> list[Mapping[str, Any]]:
        recorder.resources.clear()
        pulumi.runtime.test(build)()
        return [_whole(one.inputs) for one in recorder.resources if one.typ.startswith("kubernetes:")]

    yield render
    pulumi.runtime.reset_options()
    asyncio.set_event_loop(None)
    loop.close()


def _whole(value: Any) -> Any:
    """The same with whole numbers as such: on their way through the mocks all become fractions."""
    if isinstance(value, Mapping):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
