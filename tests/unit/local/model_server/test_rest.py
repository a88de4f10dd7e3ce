"""Paths, codes and bodies are TensorFlow Serving's, so its clients and probes work unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.model_server.server.failure import Failure
from local.model_server.server.metrics import Metrics
from local.model_server.server.model import Model, Signature, Tensor
from local.model_server.server.rest import Rest
from local.model_server.server.versions import Versions

PREDICT = "/v1/models/default:predict"
BODY = b'{"instances": [1.0, 2.0, 5.0]}'


def half_plus_two(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"y": [value / 2 + 2 for value in inputs["x"]]}


def failing(_: dict[str, Any]) -> dict[str, Any]:
    raise Failure("RESOURCE_EXHAUSTED", "no memory for it")


def broken(_: dict[str, Any]) -> dict[str, Any]:
    raise RuntimeError("surprise")


INPUTS = {"x": Tensor(dtype="float", shape=(-1,))}
MODEL = Model(
    version=3,
    signatures={
        "serving_default": Signature(inputs=INPUTS, run=half_plus_two),
        "failing": Signature(inputs=INPUTS, run=failing),
        "broken": Signature(inputs=INPUTS, run=broken),
        "no_inputs": Signature(inputs={}, run=broken),
    },
    described={"serving_default": {"method_name": "tensorflow/serving/predict"}},
)


def served(ended: dict[int, str]) -> Versions:
    versions = Versions(Path(), lambda *_: MODEL)
    versions._model, versions.ended = MODEL, ended
    return versions


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def rest(metrics: Metrics) -> Rest:
    return Rest("default", served({}), metrics)


def ask(rest: Rest, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    answer = rest.answer(method, path, body)
    return answer.code, json.loads(answer.text)


@pytest.mark.parametrize(
    "path", [PREDICT, "/v1/models/default/versions/3:predict", "/v1/models/d%65fault:predict"]
)
def test_a_prediction_is_answered(rest: Rest, path: str):
    assert ask(rest, "POST", path, BODY) == (200, {"predictions": [2.5, 3.0, 4.5]})


def test_the_status_of_a_loaded_model_is_available(rest: Rest):
    state = {"version": "3", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in ("/v1/models/default", "/v1/models/default/versions/3"):
        assert ask(rest, "GET", path) == (200, {"model_version_status": [state]})


def test_versions_that_ended_are_shown_after_the_one_that_answers_and_do_not_answer(metrics: Metrics):
    rest = Rest("default", served({2: "", 4: "cannot load it"}), metrics)
    _, body = ask(rest, "GET", "/v1/models/default")
    assert [(each["version"], each["state"], each["status"]) for each in body["model_version_status"]] == [
        ("4", "END", {"error_code": "UNKNOWN", "error_message": "cannot load it"}),
        ("3", "AVAILABLE", {"error_code": "OK", "error_message": ""}),
        ("2", "END", {"error_code": "OK", "error_message": ""}),
    ]
    assert ask(rest, "GET", "/v1/models/default/versions/2/metadata")[0] == 404


def test_metadata_shows_the_signatures(rest: Rest):
    assert ask(rest, "GET", "/v1/models/default/metadata") == (
        200,
        {
            "model_spec": {"name": "default", "signature_name": "", "version": "3"},
            "metadata": {"signature_def": {"signature_def": MODEL.described}},
        },
    )


@pytest.mark.parametrize(
    ("method", "path", "code", "said"),
    [
        ("GET", "/v1/models/other", 404, "Could not find any versions of model other"),
        ("GET", "/v1/models/default/versions/1", 404, "Could not find version 1 of model default"),
        ("GET", "/v1/models/other/metadata", 404, "Servable not found for request: Latest(other)"),
        ("GET", "/v1/models/default/versions/1/metadata", 404, "Specific(default, 1)"),
        ("POST", "/v1/models/other:predict", 404, "Servable not found for request: Latest(other)"),
        ("POST", "/v1/models/default/versions/1:predict", 404, "Specific(default, 1)"),
        (
            "POST",
            "/v1/models/default/labels/canary:predict",
            400,
            "Unrecognized servable version label: canary",
        ),
        ("POST", f"/v1/models/default/versions/{2**63}:predict", 400, "Failed to convert version"),
        ("POST", "/v1/models/default:classify", 501, "classify is not answered by this model server"),
        ("POST", "/v1/models/default:train", 400, "Malformed request: POST /v1/models/default:train"),
        ("POST", "/v1/models/default", 400, "Malformed request: POST /v1/models/default"),
        ("GET", PREDICT, 400, f"Malformed request: GET {PREDICT}"),
        ("PUT", PREDICT, 400, f"Malformed request: PUT {PREDICT}"),
        ("DELETE", "/v1/models/default", 400, "Malformed request: DELETE /v1/models/default"),
        ("GET", "/v1/models", 400, "Missing model name in request."),
        ("GET", "/", 404, "Not Found"),
    ],
)
def test_a_path_that_leads_nowhere_has_the_right_code(
    rest: Rest, method: str, path: str, code: int, said: str
):
    found, body = ask(rest, method, path, BODY)
    assert (found, list(body)) == (code, ["error"])
    assert said in body["error"]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"{", 400, "JSON Parse error"),
        (b'{"instances": [[1]]}', 400, "input x has the shape [1,1]"),
        (b'{"signature_name": "x", "instances": [1]}', 400, 'Serving signature name: "x" not found'),
        (
            b'{"signature_name": "no_inputs", "instances": [1]}',
            400,
            "Failed to get input map for signature: no",
        ),
        (b'{"signature_name": "failing", "instances": [1]}', 429, "no memory for it"),
        (b'{"signature_name": "broken", "instances": [1]}', 500, "RuntimeError: surprise"),
    ],
)
def test_a_prediction_that_fails_says_why(rest: Rest, body: bytes, code: int, said: str):
    found, answer = ask(rest, "POST", PREDICT, body)
    assert found == code
    assert said in answer["error"]


def test_a_mistake_in_the_body_comes_before_an_unknown_model(rest: Rest):
    assert ask(rest, "POST", "/v1/models/other:predict", b"{")[0] == 400


def test_requests_are_counted_as_tensorflow_serving_counts_them(rest: Rest, metrics: Metrics):
    ask(rest, "POST", PREDICT, BODY)
    ask(rest, "POST", PREDICT, b"{")
    ask(rest, "GET", "/v1/models/default/metadata")
    ask(rest, "GET", "/elsewhere")
    page = metrics.page()
    assert ':request_count{model_name="default",status="OK"} 2' in page
    assert ':request_count{model_name="default",status="INVALID_ARGUMENT"} 1' in page
    # Only successes have a duration, and what is no prediction has an empty API.
    assert ':request_latency_count{model_name="default",API="predict",entrypoint="REST"} 1' in page
    assert ':request_latency_count{model_name="default",API="",entrypoint="REST"} 1' in page
    assert ':runtime_latency_count{model_name="default",API="Predict",runtime="TF1"} 1' in page
