"""Each prediction is one line in the platform's schema."""

import json

from components.logging.schema import FIELDS
from local.model_server.server.request_log import request_line
from local.model_server.server.rest import Answer

GOOD = Answer(code=200, text='{"predictions": [2.5]}', model="resnet", version=3)
BAD = Answer(code=400, text='{"error": "Malformed request"}', model="resnet")


def test_a_line_says_which_request_which_model_and_how_long() -> None:
    told = json.loads(request_line(GOOD, {"X-Request-Id": "a-17"}, 0.0123))
    assert told == {
        "event": "request",
        "level": "info",
        "request_id": "a-17",
        "model": "resnet",
        "version": 3,
        "status": 200,
        "latency_ms": 12.3,
    }


def test_a_failure_says_what_was_wrong_and_a_request_without_an_id_gets_one() -> None:
    first, second = (json.loads(request_line(BAD, {}, 0.001)) for _ in range(2))
    assert (first["level"], first["error"]) == ("warning", "Malformed request")
    assert "version" not in first
    assert first["request_id"] != second["request_id"]


def test_every_key_is_one_of_the_schema() -> None:
    for answer in (GOOD, BAD):
        assert set(json.loads(request_line(answer, {}, 0.001))) <= set(FIELDS)


def test_nobody_can_begin_a_second_line_or_fill_the_log_with_an_id() -> None:
    line = request_line(GOOD, {"X-Request-Id": 'x"\n{"event": "request"}' + "y" * 1000}, 0.001)
    assert "\n" not in line
    assert len(line) < 400
