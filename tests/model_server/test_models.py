"""Other models than the one of `dev`, and starts and ends of the server."""

import base64
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.model_server.containers import Reply, Server, podman, running, serving
from tests.waits import LONGEST


def test_inputs_of_two_types_go_in_by_name_and_both_outputs_come_out(models: Path) -> None:
    with serving(models, "calculator") as server:
        rows = server.predict("calculator", {"instances": [{"amount": 1.5, "count": 2}]})
        assert rows.json == {"predictions": [{"count": 2, "total": 3.0}]}
        columns = server.predict("calculator", {"inputs": {"amount": [0.1, 2], "count": [1, 3]}})
        assert columns.json == {"outputs": {"count": [1, 3], "total": [0.1, 6.0]}}
        # The highest version is the default one, whatever its number.
        assert server.ask("GET", "/v1/models/calculator/versions/3").code == 200
        broken = server.predict("calculator", {"instances": [{"amount": 1.5, "count": 2.5}]})
        assert (broken.code, "int64" in broken.json["error"]) == (400, True)
        # The shapes fit each on its own, and not together: TensorFlow itself finds it.
        unequal = server.predict("calculator", {"inputs": {"amount": [1, 2], "count": [1, 2, 3]}})
        assert unequal.code == 400, unequal.text


def test_bytes_travel_in_base64_and_a_signature_can_be_chosen(models: Path) -> None:
    with serving(models, "shouter") as server:
        reply = server.predict(
            "shouter", {"instances": ["hello", {"b64": base64.b64encode(b"yes").decode()}]}
        )
        assert reply.json["predictions"] == [
            {"loud": "HELLO", "raw_bytes": {"b64": base64.b64encode(b"hello").decode()}},
            {"loud": "YES", "raw_bytes": {"b64": base64.b64encode(b"yes").decode()}},
        ]
        length = server.predict("shouter", {"signature_name": "length", "instances": ["hello"]})
        assert length.json == {"predictions": [5]}
        unknown = server.predict("shouter", {"signature_name": "whisper", "instances": ["hello"]})
        assert (unknown.code, "whisper" in unknown.json["error"]) == (400, True)


def test_a_new_version_takes_over_without_a_failed_request(models: Path) -> None:
    with serving(models, "growing", "--file_system_poll_wait_seconds=1") as server:
        assert server.predict("growing", {"instances": [1.0]}).json == {"predictions": [2.5]}
        shutil.copytree(models / "next" / "2", models / "growing" / ".2")
        # A folder gets its name when it is whole: a half-copied version would be looked at.
        (models / "growing" / ".2").rename(models / "growing" / "2")
        codes: set[int] = set()
        end = time.monotonic() + LONGEST
        while (reply := server.predict("growing", {"instances": [1.0]})).json != {"predictions": [12.5]}:
            codes.add(reply.code)
            assert time.monotonic() < end, server.log()
        assert codes == {200}
        assert server.ask("GET", "/v1/models/growing/metadata").json["model_spec"]["version"] == "2"
        assert server.ask("GET", "/v1/models/growing/versions/1/metadata").code == 404


def test_a_request_in_flight_is_answered_before_the_server_ends(models: Path) -> None:
    with serving(models, "sleeper") as server:
        replies: list[Reply] = []
        body = {"instances": [_rounds_of_two_seconds(server)]}
        asking = threading.Thread(target=lambda: replies.append(server.predict("sleeper", body)))
        asking.start()
        time.sleep(0.5)
        podman("stop", "--time", "25", server.container)
        asking.join()
        assert [reply.code for reply in replies] == [200]
        assert podman("inspect", "--format", "{{.State.ExitCode}}", server.container) == "0"


def _rounds_of_two_seconds(server: Server) -> int:
    rounds = 100
    while True:
        started = time.monotonic()
        server.predict("sleeper", {"instances": [rounds]})
        took = time.monotonic() - started
        if took > 0.5:
            return round(rounds * 2 / took)
        rounds *= 4


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ["--model_base_path=/models/half_plus_two", "--rest_api_port=8501", "--no_such_flag"],
            "no_such_flag",
        ),
        (["--rest_api_port=8501"], "--model_base_path"),
        (["--model_base_path=/models/nothing", "--rest_api_port=8501"], "/models/nothing"),
    ],
)
def test_a_wrong_start_ends_with_the_reason(models: Path, flags: list[str], told: str) -> None:
    with running(models, [*flags, "--file_system_poll_wait_seconds=0"]) as server:
        assert podman("wait", server.container) != "0"
        assert told in server.log()


def test_a_broken_model_ends_the_server_instead_of_opening_its_port(models: Path) -> None:
    broken = models / "broken" / "1"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"not a graph")
    flags = ["--model_name=broken", "--model_base_path=/models/broken", "--rest_api_port=8501"]
    with running(models, [*flags, "--file_system_poll_wait_seconds=0"]) as server:
        assert podman("wait", server.container) != "0"
        assert "broken" in server.log()
