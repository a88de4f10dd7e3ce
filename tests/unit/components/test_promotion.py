"""A track gets more requests only when it has shown that it can answer them."""

from pathlib import Path
from typing import Any

import pytest
from pulumi import ResourceOptions

from components.serving.model_server_args import ModelServerArgs
from components.serving.promotion import PromotionGateArgs, gate_queries
from components.serving.rollout import BlueGreen, BlueGreenArgs, track_of
from components.serving.split import Routed, RoutedArgs
from components.serving.storage import files_of_claim
from components.ssh.connection import Connection
from settings.rollout import GateSettings
from tests.unit.snapshot import expect_snapshot

SERVER = ModelServerArgs(
    namespace="ml", image="tensorflow/serving:2.20.0", files=files_of_claim("ml-model-pvc", "aaa")
)
TRACKS = {track: track_of("ml-model", track, SERVER) for track in ("a", "b")}
CONTROL_PLANE = Connection(
    name="control-1", address="203.0.113.11", ssh_port=22, user="ops", private_key_file="", host_key="k"
)
SNAPSHOTS = Path(__file__).with_name("snapshots")


def gate(**changes: Any) -> PromotionGateArgs:
    given = {"control_plane": CONTROL_PLANE, "namespace": "ml", "model": "ml-model", "track": "b"}
    return PromotionGateArgs(**{**given, "share": 50, "gate": GateSettings(), **changes})


def routed(weight: int, gates: tuple[PromotionGateArgs, ...]) -> RoutedArgs:
    return RoutedArgs(
        tracks=TRACKS,
        weights={"a": 100 - weight, "b": weight},
        headers={"a": {}, "b": {}},
        gateway="models",
        gateway_namespace="gateway",
        gateway_node_port=30080,
        gates=gates,
    )


def test_what_is_asked_is_shown_before_it_is_asked():
    expect_snapshot(SNAPSHOTS / "promotion-gate.txt", gate_queries(gate(), "ml"))


@pytest.mark.parametrize(
    ("kind", "args", "entry"),
    [
        (Routed, routed(50, (gate(),)), "HTTPRoute"),
        (BlueGreen, BlueGreenArgs(tracks=TRACKS, active="b", gates=(gate(share=100),)), "Service"),
    ],
)
def test_requests_are_given_after_the_gate_and_the_gate_asks_when_the_version_runs(
    engine, settle, kind, args, entry
):
    settle(lambda: kind("ml-model", args, ResourceOptions()) and None)
    wanted = {("Deployment", "ml-model-b"), ("Command", "ml-model-b-gate"), (entry, "ml-model")}
    made = [(one.typ.rsplit(":", 1)[-1], one.name) for one in engine.resources]
    assert [name for kind, name in made if (kind, name) in wanted] == [
        "ml-model-b",
        "ml-model-b-gate",
        "ml-model",
    ]


def test_another_share_is_asked_for_again():
    assert gate_queries(gate(share=50), "ml") != gate_queries(gate(share=100), "ml")


def test_a_gate_that_asks_nothing_is_refused():
    with pytest.raises(ValueError, match="share 0 must be from 1 to 100"):
        gate(share=0)
    with pytest.raises(ValueError, match="requests"):
        GateSettings(requests=0)
    with pytest.raises(ValueError, match="minutes"):
        GateSettings(minutes=4)
