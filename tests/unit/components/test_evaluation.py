"""A model's accuracy is that of its answers, and is measured by the model that users ask."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.serving.evaluate import drift_of, figures, is_right, main, value_of
from components.serving.evaluation import Evaluation, EvaluationArgs, schedule
from settings.evaluation import EvaluationSettings
from settings.samples import read_samples

SAMPLES = '{"instance": 1.0, "label": 2.5}\n{"instance": 5.0, "label": 4.5, "slice": "large"}\n'
MINIMUM: dict[str, Any] = {
    "namespace": "ml",
    "name": "resnet-next",
    "model": "resnet",
    "track": "next",
    "image": "python:3.13.9-slim",
    "service": "resnet-next",
    "port": 8501,
    "predict_path": "/v1/models/resnet:predict",
    "push_url": "http://pushgateway.monitoring.svc:9091",
    "samples": SAMPLES,
    "settings": EvaluationSettings(samples="samples.jsonl", accuracy=0.9),
}


@pytest.mark.parametrize(
    ("answer", "label", "right"),
    [
        (2.51, 2.5, True),
        (2.6, 2.5, False),
        (1005.0, 1000, True),  # 1 % of the label
        (0.005, 0, True),  # and of 1 for what is small
        ([2.5], 2.5, True),
        ([0.1, 0.7, 0.2], 1, True),  # scores of classes
        ([0.1, 0.7, 0.2], 2, False),
        ([1.0, 2.0], [1.0, 2.001], True),
        ([1.0, 2.0], [1.0], False),
        ("cat", "cat", True),
        ("cat", "dog", False),
        (float("nan"), 1.0, False),
        (True, 1, True),
    ],
)
def test_an_answer_is_right_as_its_label_says(answer: Any, label: Any, right: bool):
    assert is_right(value_of(answer, label), label, 0.01) is right


def test_drift_is_nothing_for_the_same_spread_and_one_for_nothing_in_common():
    assert drift_of([1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]) == 0
    assert drift_of([11.0, 12.0], [1.0, 2.0]) == 1
    assert drift_of([1.0, 2.0, 3.0, 14.0], [1.0, 2.0, 3.0, 4.0]) == 0.25
    assert drift_of(["cat", "cat", "dog", "dog"], ["cat", "dog", "dog", "dog"]) == 0.25
    assert drift_of([0, 1], [2, 3]) == 1


def test_each_part_of_the_samples_has_its_own_accuracy():
    text, wrong = figures(read_samples(SAMPLES), [2.5, 9.0], 0.01, now=1764100000.4)
    assert sorted(line for line in text.splitlines() if not line.startswith("#")) == [
        'ml_model_accuracy{slice="all"} 0.5',
        'ml_model_accuracy{slice="large"} 0',
        "ml_model_drift 0.5",
        "ml_model_evaluation_timestamp_seconds 1764100000",
        'ml_model_samples{slice="all"} 2',
        'ml_model_samples{slice="large"} 1',
    ]
    assert wrong == [{"answer": 9.0, "instance": 5.0, "label": 4.5, "slice": "large"}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no sample"),
        ('{"instance": 1}', "line 1 .* label"),
        ('{"instance": 1, "label": 1}\n[]', "line 2"),
        ("instance: 1", "line 1 is not JSON"),
        ('{"instance": 1, "label": 1, "slise": "a"}', "the key slise"),
        ('{"instance": 1, "label": 1, "slice": "all"}', "not 'all'"),
        ('{"instance": 1, "label": 1, "slice": 3}', "must be a text"),
    ],
)
def test_a_sample_that_cannot_be_asked_is_named_by_its_line(text: str, says: str):
    with pytest.raises(ValueError, match=says):
        read_samples(text)


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A model that halves and adds two and a Pushgateway, and what they were asked."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(("POST", self.path, body))
            answer = {"predictions": [{"y": 0.5 * x + 2} for x in json.loads(body)["instances"]]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(("PUT", self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{found.server_address[1]}", asked
    found.shutdown()
    thread.join()
    found.server_close()


def test_all_samples_are_asked_and_the_figures_pushed(tmp_path: Path, server: Any, capsys: Any):
    url, asked = server
    samples = [{"instance": float(x), "label": 0.5 * x + 2} for x in range(70)]
    file = tmp_path / "samples.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in samples))
    main(
        [str(file)],
        {
            "PREDICT_URL": f"{url}/v1/models/m:predict",
            "PUSH_URL": f"{url}/metrics/job/evaluation",
            "TOLERANCE": "0.01",
            "OUTPUT": "y",
        },
    )
    assert [method for method, *_ in asked] == ["POST", "POST", "POST", "PUT"]
    assert 'ml_model_accuracy{slice="all"} 1\n' in asked[-1][2]
    assert "ml_model_drift 0\n" in asked[-1][2]
    assert json.loads(capsys.readouterr().out) == {"samples": 70, "wrong": 0}


def test_a_model_that_does_not_answer_ends_the_evaluation_without_figures(tmp_path: Path, server: Any):
    url, asked = server
    file = tmp_path / "samples.jsonl"
    file.write_text(SAMPLES)
    environment = {"PREDICT_URL": "http://127.0.0.1:9", "PUSH_URL": url, "TOLERANCE": "0.01"}
    with pytest.raises(OSError, match="refused"):
        main([str(file)], environment)
    assert asked == []


@pytest.fixture
def objects(engine, settle):
    def build(**changes):
        engine.resources.clear()
        settle(lambda: Evaluation("resnet-next", EvaluationArgs(**{**MINIMUM, **changes})))
        return {resource.typ.rsplit(":", 1)[-1]: resource.inputs for resource in engine.resources}

    return build


def test_it_asks_the_tracks_own_service_and_pushes_under_the_tracks_labels(objects):
    made = objects()
    (container,) = made["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    assert variables == {
        "PREDICT_URL": "http://resnet-next.ml.svc:8501/v1/models/resnet:predict",
        "PUSH_URL": "http://pushgateway.monitoring.svc:9091/metrics/job/evaluation"
        "/namespace/ml/model/resnet/track/next",
        "TOLERANCE": "0.01",
    }
    assert made["ConfigMap"]["data"]["samples.jsonl"] == SAMPLES
    assert container["command"][1].rpartition("/")[2] in made["ConfigMap"]["data"]


def test_its_pod_reaches_dns_the_models_pods_and_the_pushgateway_only(objects):
    made = objects()
    policy = made["NetworkPolicy"]["spec"]
    labels = made["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    assert policy["policyTypes"] == ["Ingress", "Egress"] and policy["ingress"] == []
    dns, model, gateway = policy["egress"]
    assert {port["port"] for port in dns["ports"]} == {53}
    assert model["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "resnet-next"
    assert gateway["to"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "monitoring"
    }
    assert labels["metalml/pushes"] == "yes", "the Pushgateway lets in whoever has it"


def test_it_meets_the_restricted_level_and_holds_no_token(objects):
    pod = objects()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


def test_it_runs_as_often_as_was_said():
    assert [schedule(minutes) for minutes in (1, 15, 60)] == ["*/1 * * * *", "*/15 * * * *", "0 * * * *"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Resnet"),
        ("image", "python"),
        ("samples", "{}"),
        ("samples", '{"instance": 1, "label": "' + "x" * 900_000 + '"}'),
    ],
)
def test_a_wrong_value_is_refused_before_anything_is_made(field: str, value: Any):
    with pytest.raises(ValueError):
        EvaluationArgs(**{**MINIMUM, field: value})


@pytest.mark.parametrize(("field", "value"), [("every_minutes", 7), ("tolerance", -1), ("accuracy", 95)])
def test_a_wrong_setting_is_refused_by_name(field: str, value: Any):
    given = {"samples": "samples.jsonl", "accuracy": 0.9}
    with pytest.raises(ValueError, match=field):
        EvaluationSettings(**{**given, field: value})
