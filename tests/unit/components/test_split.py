"""Who gets which request while several versions of a model are served."""

from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions

from components.serving.gateway import rules_of
from components.serving.model_server_args import ModelServerArgs
from components.serving.rollout import BlueGreen, BlueGreenArgs, track_of
from components.serving.split import ByReplicas, ByReplicasArgs, Routed, RoutedArgs
from components.serving.storage import files_of_claim

SERVER = ModelServerArgs(
    namespace="ml", image="tensorflow/serving:2.20.0", files=files_of_claim("ml-model-pvc", "aaa")
)
TRACKS = {track: track_of("ml-model", track, SERVER) for track in ("a", "b")}
WEIGHTS = {"a": 90, "b": 10}
NONE: dict[str, dict[str, str]] = {"a": {}, "b": {}}
HEADERS = {"a": {}, "b": {"x-variant": "b"}}
SERVICES = {"a": "ml-model-a", "b": "ml-model-b"}
PATHS = [
    ("Exact", "/v1/models/resnet:predict"),
    ("Exact", "/v1/models/resnet:classify"),
    ("Exact", "/v1/models/resnet:regress"),
    ("PathPrefix", "/v1/models/resnet"),
]


@pytest.fixture
def objects(engine, settle):
    """Objects by kind and name."""

    def build(kind: type, args: Any) -> dict[tuple[str, str], dict[str, Any]]:
        engine.resources.clear()
        settle(lambda: kind("ml-model", args, ResourceOptions()) and None)
        return {
            (one.typ.rsplit(":", 1)[-1], one.inputs["metadata"]["name"]): one.inputs
            for one in engine.resources
            if "metadata" in one.inputs
        }

    return build


def routed(**changes: Any) -> RoutedArgs:
    gateway = {"gateway": "models", "gateway_namespace": "gateway", "gateway_node_port": 30080}
    return RoutedArgs(**{"tracks": TRACKS, "weights": WEIGHTS, "headers": NONE, **gateway, **changes})


def wire(headers: dict[str, dict[str, str]]) -> list[Any]:
    return [rule.to_wire() for rule in rules_of("resnet", 8501, SERVICES, WEIGHTS, headers)]


def test_all_paths_of_the_model_and_of_no_other_are_divided_by_weight():
    (rule,) = wire(NONE)
    assert [(match["path"]["type"], match["path"]["value"]) for match in rule["matches"]] == PATHS
    assert not any("headers" in match for match in rule["matches"])
    assert rule["backendRefs"] == [
        {"kind": "Service", "name": "ml-model-a", "port": 8501, "weight": 90},
        {"kind": "Service", "name": "ml-model-b", "port": 8501, "weight": 10},
    ]


def test_a_header_gives_every_path_to_its_track_alone():
    by_header, others = wire(HEADERS)
    assert [(match["path"]["type"], match["path"]["value"]) for match in by_header["matches"]] == PATHS
    for match in by_header["matches"]:
        assert match["headers"] == [{"type": "Exact", "name": "x-variant", "value": "b"}]
    assert [backend["name"] for backend in by_header["backendRefs"]] == ["ml-model-b"]
    assert others == wire(NONE)[0]


def test_a_changed_weight_changes_the_route_and_nothing_else(objects):
    before, after = objects(Routed, routed()), objects(Routed, routed(weights={"a": 50, "b": 50}))
    assert [key for key in before if before[key] != after[key]] == [("HTTPRoute", "ml-model")]


def test_a_routed_model_has_no_port_that_goes_around_the_gateway(objects):
    made = objects(Routed, routed())
    kinds = {name: one["spec"]["type"] for (kind, name), one in made.items() if kind == "Service"}
    assert kinds == {"ml-model-a": "ClusterIP", "ml-model-b": "ClusterIP"}
    assert made["HTTPRoute", "ml-model"]["spec"]["parentRefs"] == [
        {"kind": "Gateway", "name": "models", "namespace": "gateway"}
    ]


def test_without_a_gateway_the_models_port_leads_to_every_pod_of_every_track(objects):
    made = objects(ByReplicas, ByReplicasArgs(tracks=TRACKS))
    service = made["Service", "ml-model-service"]["spec"]
    assert (service["type"], service["ports"][0]["nodePort"]) == ("NodePort", 30050)
    for track in TRACKS:
        pods = made["Deployment", f"ml-model-{track}"]["spec"]["template"]["metadata"]["labels"]
        assert service["selector"].items() <= pods.items()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weights": {"a": 90, "b": 20}}, "weights must add up to 100, they are 110"),
        ({"weights": {"a": 100}}, "weights must name the tracks a, b"),
        ({"headers": {}}, "headers must name the tracks a, b"),
    ],
)
def test_a_division_with_a_gap_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        routed(**change)


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        (Routed, routed()),
        (ByReplicas, ByReplicasArgs(tracks=TRACKS)),
        (BlueGreen, BlueGreenArgs(tracks=TRACKS, active="a")),
    ],
)
def test_the_tracks_are_the_same_with_every_strategy(engine, settle, kind, args):
    """Otherwise another strategy would make them a second time, under names that are taken."""
    found: list[str] = []

    def build() -> pulumi.Output[None]:
        made = kind("ml-model", args, ResourceOptions())
        return pulumi.Output.all(*(server.urn for server in made.servers)).apply(found.extend)

    settle(build)
    # Right below the stack.
    assert [urn.partition("$")[2] for urn in found] == [
        f"metalml:serving:ModelServer::ml-model-{track}" for track in TRACKS
    ]
