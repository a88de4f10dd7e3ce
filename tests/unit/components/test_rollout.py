"""What users of a model would notice while one version takes over from another."""

from typing import Any

import pytest
from pulumi import ResourceOptions

from components.serving.model_server_args import ModelServerArgs
from components.serving.rollout import BlueGreen, BlueGreenArgs, track_of
from components.serving.storage import files_of_claim

SERVER = ModelServerArgs(
    namespace="ml", image="tensorflow/serving:2.20.0", files=files_of_claim("ml-model-pvc", "aaa"), replicas=2
)
TRACKS = {
    "blue": track_of("ml-model", "blue", SERVER),
    "green": track_of("ml-model", "green", SERVER, node_port=30051),
}


@pytest.fixture
def objects(engine, settle):
    """Objects by kind and name."""

    def build(active: str = "blue") -> dict[tuple[str, str], dict[str, Any]]:
        engine.resources.clear()
        args = BlueGreenArgs(tracks=TRACKS, active=active)
        settle(lambda: BlueGreen("ml-model", args, ResourceOptions()) and None)
        return {
            (one.typ.rsplit(":", 1)[-1], one.inputs["metadata"]["name"]): one.inputs
            for one in engine.resources
            if "metadata" in one.inputs
        }

    return build


def pods(objects, track):
    return objects["Deployment", f"ml-model-{track}"]["spec"]["template"]["metadata"]["labels"]


def test_the_models_port_leads_to_the_active_track_and_to_no_pod_of_the_other(objects):
    for active, other in (("blue", "green"), ("green", "blue")):
        made = objects(active)
        service = made["Service", "ml-model-service"]["spec"]
        assert (service["type"], service["ports"][0]["nodePort"]) == ("NodePort", 30050)
        assert service["selector"].items() <= pods(made, active).items()
        assert not service["selector"].items() <= pods(made, other).items()


def test_a_switch_changes_one_value_of_one_object(objects):
    blue, green = objects("blue"), objects("green")
    changed = [key for key in blue if blue[key] != green[key]]
    assert changed == [("Service", "ml-model-service")]
    before, after = (made["Service", "ml-model-service"] for made in (blue, green))
    assert before["metadata"] == after["metadata"]
    assert before["spec"]["ports"] == after["spec"]["ports"]
    differing = [
        key
        for key in before["spec"]["selector"]
        if before["spec"]["selector"][key] != after["spec"]["selector"][key]
    ]
    assert differing == ["app.kubernetes.io/instance"]


def test_both_tracks_are_whole_whichever_is_asked(objects):
    for active in ("blue", "green"):
        made = objects(active)
        for track in ("blue", "green"):
            assert made["Deployment", f"ml-model-{track}"]["spec"]["replicas"] == 2
            for kind in ("PodDisruptionBudget", "NetworkPolicy", "ServiceAccount"):
                assert (kind, f"ml-model-{track}") in made


def test_a_track_can_be_looked_at_before_it_is_asked(objects):
    made = objects("blue")
    for track, kind in (("blue", "ClusterIP"), ("green", "NodePort")):
        service = made["Service", f"ml-model-{track}"]["spec"]
        assert service["type"] == kind
        assert service["selector"].items() <= pods(made, track).items()
        assert (
            not service["selector"].items() <= pods(made, {"blue": "green", "green": "blue"}[track]).items()
        )
    assert made["Service", "ml-model-green"]["spec"]["ports"][0]["nodePort"] == 30051
    assert "nodePort" not in made["Service", "ml-model-blue"]["spec"]["ports"][0]


def test_tracks_own_no_pod_of_each_other_or_of_the_model_without_tracks(objects):
    made = objects()
    selectors = [
        made["Deployment", f"ml-model-{track}"]["spec"]["selector"]["matchLabels"]
        for track in ("blue", "green")
    ]
    whole = {**selectors[0], "app.kubernetes.io/instance": "ml-model"}
    for selector in (*selectors, whole):
        for track, own in zip(("blue", "green"), selectors, strict=True):
            assert (selector.items() <= pods(made, track).items()) == (selector == own)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"active": "red"}, "active 'red'"), ({"tracks": {"blue": TRACKS["blue"]}}, "two, got 1")],
)
def test_what_cannot_be_switched_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        BlueGreenArgs(**{"tracks": TRACKS, "active": "blue", **change})
