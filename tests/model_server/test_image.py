"""The real image with the real TensorFlow and the model of `dev`, asked over HTTP."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model_server.containers import METRICS_PATH, PODMAN, Server, podman, serving


@pytest.fixture(scope="module")
def half_plus_two(models: Path) -> Iterator[Server]:
    with serving(models, "half_plus_two", "--monitoring_config_file=/models/monitoring.config") as server:
        yield server


def test_the_answer_of_the_readme_comes_out(half_plus_two: Server) -> None:
    reply = half_plus_two.ask("POST", "/v1/models/half_plus_two:predict", '{"instances":[1.0,2.0,5.0]}')
    assert (reply.code, reply.kind) == (200, "application/json")
    assert reply.json == {"predictions": [2.5, 3.0, 4.5]}


def test_columns_are_answered_in_columns(half_plus_two: Server) -> None:
    assert half_plus_two.predict("half_plus_two", {"inputs": [1, 2]}).json == {"outputs": [2.5, 3.0]}
    assert half_plus_two.predict("half_plus_two", {"inputs": {"x": [5]}}).json == {"outputs": [4.5]}


def test_numbers_are_written_as_short_as_they_were_sent(half_plus_two: Server) -> None:
    # 2.1 in 32 bits is 2.09999990463257; TensorFlow Serving writes 2.1 for it.
    assert "2.1]" in half_plus_two.predict("half_plus_two", {"instances": [0.2]}).text


def test_a_version_can_be_named_and_one_that_is_not_there_is_404(half_plus_two: Server) -> None:
    body = '{"instances":[1.0]}'
    assert half_plus_two.ask("POST", "/v1/models/half_plus_two/versions/1:predict", body).code == 200
    missing = half_plus_two.ask("POST", "/v1/models/half_plus_two/versions/2:predict", body)
    assert missing.code == 404
    assert missing.json == {"error": "Servable not found for request: Specific(half_plus_two, 2)"}


def test_the_status_is_shaped_as_clients_of_tensorflow_serving_expect_it(half_plus_two: Server) -> None:
    assert half_plus_two.ask("GET", "/v1/models/half_plus_two").json == {
        "model_version_status": [
            {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        ]
    }


def test_the_metadata_describes_the_signature(half_plus_two: Server) -> None:
    told = half_plus_two.ask("GET", "/v1/models/half_plus_two/metadata").json
    assert told["model_spec"] == {"name": "half_plus_two", "signature_name": "", "version": "1"}
    signature = told["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    assert signature["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert signature["inputs"]["x"]["tensor_shape"]["dim"] == [{"size": "-1", "name": ""}]


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "error"),
    [
        ("POST", "half_plus_two:predict", "{", 400, "JSON Parse error"),
        ("POST", "half_plus_two:predict", '{"instances":[[1.0],[2.0]]}', 400, "shape"),
        ("POST", "half_plus_two:predict", '{"instances":["one"]}', 400, "is not of expected type: float"),
        ("POST", "half_plus_two:predict", "{}", 400, "Missing 'inputs' or 'instances' key"),
        (
            "POST",
            "other:predict",
            '{"instances":[1.0]}',
            404,
            "Servable not found for request: Latest(other)",
        ),
        ("GET", "half_plus_two:predict", None, 400, "Malformed request: GET"),
        ("GET", "other", None, 404, "Could not find any versions of model other"),
        ("GET", "other/metadata", None, 404, "Servable not found"),
    ],
)
def test_a_mistake_is_told_in_a_json_body_with_the_right_code(
    half_plus_two: Server, method: str, path: str, body: str | None, code: int, error: str
) -> None:
    reply = half_plus_two.ask(method, f"/v1/models/{path}", body)
    assert reply.code == code
    assert list(reply.json) == ["error"]
    assert error in reply.json["error"]


def test_prometheus_finds_the_names_of_tensorflow_serving(half_plus_two: Server) -> None:
    half_plus_two.predict("half_plus_two", {"instances": [1.0]})
    half_plus_two.predict("half_plus_two", {"instances": ["one"]})
    reply = half_plus_two.ask("GET", METRICS_PATH)
    assert (reply.code, reply.kind) == (200, "text/plain")
    names = (
        r':tensorflow:serving:request_count\{model_name="half_plus_two",status="OK"\} [1-9]',
        r':tensorflow:serving:request_count\{model_name="half_plus_two",status="INVALID_ARGUMENT"\} [1-9]',
        r':tensorflow:serving:request_latency_count\{model_name="half_plus_two",'
        r'API="predict",entrypoint="REST"\} [1-9]',
        r':tensorflow:cc:saved_model:load_attempt_count\{model_path="/models/half_plus_two/1",'
        r'status="success"\} 1',
    )
    for name in names:
        assert re.search(f"^{name}", reply.text, re.MULTILINE), name


def test_the_image_runs_as_nobody_important_and_without_a_shell(half_plus_two: Server) -> None:
    assert podman("inspect", "--format", "{{.Config.User}}", half_plus_two.container) == "1000:1000"
    for name in ("/bin/sh", "/bin/bash", "/usr/bin/apt-get"):
        done = subprocess.run(
            [*PODMAN, "exec", half_plus_two.container, name, "--version"], capture_output=True, text=True
        )
        assert done.returncode != 0, name
