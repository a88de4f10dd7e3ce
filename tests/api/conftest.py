"""What the tests with a real API server share."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest

from components.kubernetes.release_file import release_cache
from components.monitoring.crds import MONITORING_FILES, monitoring_definitions
from local.killed import end_orphans
from local.progress import Progress
from local.releases import place_release_files
from tests.api.api_server import ApiServer
from tests.api.engine import Engine, EngineStack
from tests.unit.conftest import Recorder, delivered, plain


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """One API server for all tests; each test keeps to objects of its own."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def monitoring_kinds(api_server: ApiServer) -> None:
    """The Prometheus operator's kinds, known to the API server."""
    place_release_files(MONITORING_FILES, Progress())
    api_server.establish(monitoring_definitions(release_cache()))


@pytest.fixture(scope="session")
def engine(api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine and its plugins, in a folder of this session."""
    made = Engine(tmp_path_factory.mktemp("engine"), api_server.kubeconfig)
    yield made
    # A test may have killed an engine, and Pulumi's own plugins would wait for it for ever.
    end_orphans(made.home)


@pytest.fixture
def only_on_4_25(engine: Engine) -> None:
    """For a test of what is done since that version takes over what is there, or of what it alone says.

    docs/kubernetes-provider.md has what later ones do instead.
    """
    if not engine.adopts:
        pytest.skip("speaks of the Kubernetes provider 4.25.0, which is built here")


@pytest.fixture
def stack(engine: Engine, request: pytest.FixtureRequest) -> EngineStack:
    """A new stack for this test."""
    return engine.stack(_plain_name(request))


@pytest.fixture
def namespace(api_server: ApiServer, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for this test; what is left in it goes with it."""
    name = _plain_name(request)
    api_server.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}])
    yield name
    api_server.kubectl("delete", "namespace", name, "--wait=false")


def _plain_name(request: pytest.FixtureRequest) -> str:
    whole = re.sub("[^a-z0-9]+", "-", str(request.node.name).lower())
    # Names of Kubernetes and of files have an end; the digest keeps long ones apart.
    return f"{whole[:40].strip('-')}-{hashlib.sha256(whole.encode()).hexdigest()[:6]}"


@pytest.fixture
def rendered() -> Iterator[Callable[..., list[Mapping[str, Any]]]]:
    """What `rendering` gives, for this test."""
    with rendering() as render:
        yield render


@contextmanager
def rendering() -> Iterator[Callable[..., list[Mapping[str, Any]]]]:
    """Builds components without an engine and returns the Kubernetes objects that they would make.

    `outputs` are what Commands would have printed and such, by the resources' names.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="metalml", stack="test", preview=False)

    def render(
        build: Callable[[], object], outputs: Mapping[str, Mapping[str, Any]] | None = None
    ) -> list[Mapping[str, Any]]:
        recorder.resources.clear()
        recorder.outputs = dict(outputs or {})
        pulumi.runtime.test(build)()
        made = [plain(one.inputs) for one in recorder.resources if one.typ.startswith("kubernetes:")]
        return [_whole(one) for one in (*delivered(recorder.resources), *made)]

    try:
        with pytest.MonkeyPatch.context() as patch:
            # There is no stack that could show them.
            patch.setattr(pulumi, "export", lambda name, value: None)
            yield render
    finally:
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
