"""A recording engine for component tests."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks


class Recorder(Mocks):
    """Keeps every resource that a component registers."""

    def __init__(self) -> None:
        self.resources: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources.append(args)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return {}, None


@pytest.fixture
def engine() -> Iterator[Recorder]:
    """A loop and mocks of its own for each test, so that order never matters."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="metalml", stack="test", preview=False)
    yield recorder
    pulumi.runtime.reset_options()
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def settle() -> Callable[[Callable[[], object]], None]:
    """Run a build and drain every registration it causes: only then may absence be asserted."""
    return lambda build: pulumi.runtime.test(build)()
