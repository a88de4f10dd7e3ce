"""No line is lost on its way by what Fluentd is told; and what it is told is what somebody has read."""

import os
import re
from pathlib import Path

import pytest

from components.logging.fluentd_configuration import (
    CRI_LINE,
    POD_OF_TAG,
    STATE_DIRECTORY,
    fluentd_configuration,
)
from components.logging.fluentd_outputs import (
    ID_KEYS,
    azure_monitor_output,
    cloud_logging_output,
    cloudwatch_output,
    elasticsearch_output,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"
GUID = "00000000-0000-0000-0000-000000000000"
OUTPUTS = {
    "elasticsearch": elasticsearch_output(),
    "cloudwatch": cloudwatch_output(
        region="eu-central-1", group="/metalml/prod", access_key_id="AKIAEXAMPLE"
    ),
    "cloudlogging": cloud_logging_output(project="my-project"),
    "azuremonitor": azure_monitor_output(
        endpoint="https://logs.example.ingest.monitor.azure.com",
        rule=f"dcr-{'0' * 32}",
        stream="Custom-Logs_CL",
        tenant=GUID,
        client=GUID,
    ),
}


def configured(output: str) -> str:
    return fluentd_configuration(OUTPUTS[output], 4 * 2**30)


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_configuration_is_the_one_that_was_reviewed(output: str) -> None:
    path, text = SNAPSHOTS / f"{output}.conf", configured(output)
    if os.environ.get("METALML_ACCEPT"):
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} changed; METALML_ACCEPT=1 accepts it"


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_waits_is_on_disk_with_an_end_and_never_thrown_away(output: str) -> None:
    match = configured(output).partition("<match logs retry>")[2].partition("</match>")[0]
    lines = [line.strip() for line in match.splitlines()]
    for line in (
        "@type file",
        f"path {STATE_DIRECTORY}/output",
        "total_limit_size 4294967296",
        "overflow_action block",
        "retry_forever true",
        "retry_max_interval 30s",
    ):
        assert line in lines
    assert not any(line.startswith(("retry_max_times", "retry_timeout", "<secondary>")) for line in lines)


def test_a_busy_elasticsearch_is_asked_again() -> None:
    # With the plugin's default, what is turned down with es_rejected_execution_exception is thrown away.
    assert "unrecoverable_error_types []" in configured("elasticsearch")


def test_a_line_that_is_sent_again_keeps_its_id() -> None:
    # With the id taken out of the line, the plugin drops what it has to send again.
    assert "remove_keys log_id" not in configured("elasticsearch")
    # Two lines of one file differ in the time, to the nanosecond; a rotation changes nothing that takes part.
    assert {"source", "time", "message"} <= set(ID_KEYS)


def test_no_secret_is_in_the_text() -> None:
    for output in OUTPUTS:
        secrets = re.findall(
            r"^ *(?:password|aws_sec_key|client_secret) (.*)$", configured(output), re.MULTILINE
        )
        assert all(secret.startswith('"#{File.read(') for secret in secrets)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-11-25T20:00:00.123456789Z stdout F a line", "a line"),
        ("2026-11-25T20:00:00.123456789+01:00 stderr P a part", "a part"),
        ("2026-11-25T20:00:00.1Z stdout F ", ""),
        ("2026-11-25T20:00:00.1Z stdout F   indented: {}", "  indented: {}"),
    ],
)
def test_every_line_of_the_cri_is_understood(line: str, message: str) -> None:
    found = re.fullmatch(CRI_LINE.strip("/").replace("(?<", "(?P<"), line)
    assert found is not None
    assert found["message"] == message


@pytest.mark.parametrize("rotated", ["", ".20261125-201010"])
def test_the_pod_of_a_line_is_known_also_after_a_rotation(rotated: str) -> None:
    uid = "b1f2c3d4-0000-1111-2222-333344445555"
    tag = f"var.log.pods.ml_ml-model-6d5f-x.y_{uid}.model-server.0.log{rotated}"
    found = re.search(POD_OF_TAG.replace("(?<", "(?P<"), tag)
    assert found is not None
    assert (found["namespace"], found["pod_name"], found["container_name"]) == (
        "ml",
        "ml-model-6d5f-x.y",
        "model-server",
    )
    assert found["pod_uuid"] == uid
