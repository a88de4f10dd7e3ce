"""Whoever has to copy images to a registry of their own learns of every one that a stack runs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import parse
from stacks import models, platform, references
from stacks.images import images_of
from tests.unit.conftest import Recorder, definition, plain
from tests.unit.settings.given import project, read
from tests.unit.stacks.test_layers import CLUSTER_STACK, MACHINE

Settle = Callable[[Callable[[], object]], None]
# Of the cluster layer, which is not built here.
DEFINITION = definition("Thing")
# What the Prometheus operator puts beside each Prometheus.
BY_FLAG = "--prometheus-config-reloader="
OF_THE_CLUSTER = {"images.tigera-operator"}


def images_in(value: Any) -> Iterator[str]:
    """Every image of every container and of what operators make, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "image":
                yield inner
            yield from images_in(inner)
    elif isinstance(value, str) and value.startswith(BY_FLAG):
        yield value.removeprefix(BY_FLAG)
    elif isinstance(value, list):
        for inner in value:
            yield from images_in(inner)


@pytest.mark.parametrize("name", ["Pulumi.dev.yaml", "Pulumi.full.yaml", "Pulumi.prod.yaml.example"])
def test_the_images_that_run_are_those_that_are_told(
    name: str, engine: Recorder, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = parse(read(name), "prod", Path.cwd())
    machines = {machine.name: {**MACHINE, "gpu": machine.gpu is not None} for machine in settings.machines}
    engine.stacks["organization/metalml/prod"] = {**CLUSTER_STACK, "machines": machines}

    for name in ("metrics-server", "vpa", "prometheus-adapter", "kueue"):
        engine.outputs[f"{name}-certificate"] = {"stdout": "a certificate and its key"}
    monkeypatch.setattr("stacks.autoscaling.vpa_definitions", lambda _: [DEFINITION])
    monkeypatch.setattr("stacks.queueing.kueue_definitions", lambda _: [DEFINITION])
    monkeypatch.setattr("stacks.gateway.gateway_definitions", lambda _: [DEFINITION])
    monkeypatch.setattr("stacks.monitoring.monitoring_definitions", lambda _: [DEFINITION])

    def build() -> None:
        cluster = references.cluster_of("prod")
        models.build(settings, cluster, platform.build(settings, cluster))

    settle(build)
    run = {image for found in engine.resources for image in images_in(plain(found.inputs))}
    told = {image for key, image in images_of(settings).items() if key not in OF_THE_CLUSTER}
    assert run == told
