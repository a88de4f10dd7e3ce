"""The server starts with the pod's flags, and says which flag it cannot follow."""

from pathlib import Path

import pytest

from components.serving.server_flags import monitoring_config, server_flags
from local.model_server.server.flags import Flags, UsageError, parse_flags
from local.model_server.server.model import newest_version
from local.model_server.server.monitoring import metrics_path

NEEDED = ["--rest_api_port=8501", "--model_base_path=/models/default"]


def test_the_flags_of_the_pod_start_it():
    assert parse_flags(server_flags("thing", 8501)) == Flags(
        rest_api_port=8501,
        model_name="thing",
        model_base_path=Path("/models/thing"),
        monitoring_config_file=Path("/config/monitoring.config"),
    )


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--enable_batching", "not supported by this model server: --enable_batching"),
        ("--file_system_poll_wait_seconds=30", "reads the model's directory once"),
        ("--rest_api_port=web", "must be a port, not 'web'"),
        ("--rest_api_port=0", "answers REST only"),
        ("model", "unexpected argument 'model'"),
    ],
)
def test_a_flag_that_cannot_be_followed_is_named(flag: str, said: str):
    with pytest.raises(UsageError, match=said):
        parse_flags([*NEEDED, flag])


def test_a_server_without_a_model_says_which_flag_is_missing():
    with pytest.raises(UsageError, match="--model_base_path is needed"):
        parse_flags(["--rest_api_port=8501"])


def test_the_pods_monitoring_file_puts_metrics_where_they_are_scraped():
    assert metrics_path(monitoring_config()) == "/monitoring/prometheus/metrics"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", None),
        ("# off\nprometheus_config { enable: false, path: '/m' }", None),
        ("prometheus_config: { enable: true }", "/monitoring/prometheus/metrics"),
        ("prometheus_config{path:'/m' enable:true}", "/m"),
    ],
)
def test_a_monitoring_file_may_be_written_in_other_ways(text: str, path: str | None):
    assert metrics_path(text) == path


@pytest.mark.parametrize(
    "text", ["other { }", "prometheus_config { enable: maybe }", "prometheus_config { x: true }"]
)
def test_a_monitoring_file_that_is_not_understood_is_refused(text: str):
    with pytest.raises(UsageError, match="monitoring file"):
        metrics_path(text)


def test_the_highest_number_is_the_default_version_and_other_folders_are_none(tmp_path: Path):
    for name in ("9", "10", "old", "11.building"):
        (tmp_path / name).mkdir()
    (tmp_path / "12").write_text("a file")
    assert newest_version(tmp_path) == (10, tmp_path / "10")


def test_a_directory_without_versions_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match=f"no versions of the model under {tmp_path}"):
        newest_version(tmp_path)
    with pytest.raises(UsageError, match="cannot read the model's directory"):
        newest_version(tmp_path / "missing")
