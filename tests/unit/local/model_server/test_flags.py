"""The server starts with the pod's flags, and says which flag it cannot follow."""

from pathlib import Path

import pytest

from components.serving.tensorflow_serving import (
    monitoring_config,
    tensorflow_serving,
)
from local.model_server.server.flags import Flags, UsageError, parse_flags
from local.model_server.server.monitoring import metrics_path
from settings.server import BatchingSettings, ServerSettings

NEEDED = ["--rest_api_port=8501", "--model_base_path=/models/default"]


def test_the_flags_of_the_pod_start_it():
    assert parse_flags(tensorflow_serving("thing", 8501, ServerSettings()).arguments) == Flags(
        rest_api_port=8501,
        model_name="thing",
        model_base_path=Path("/models/thing"),
        monitoring_config_file=Path("/config/monitoring.config"),
        poll_seconds=0,
    )


def test_the_flags_of_labels_and_batches_start_it():
    options = ServerSettings(labels={"stable": 1}, versions=(1, 2), batching=BatchingSettings())
    assert parse_flags(tensorflow_serving("thing", 8501, options).arguments) == Flags(
        rest_api_port=8501,
        model_name="default",
        model_base_path=Path(),
        monitoring_config_file=Path("/config/monitoring.config"),
        poll_seconds=0,
        model_config_file=Path("/config/models.config"),
        config_poll_seconds=10,
    )


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--tensorflow_session_parallelism=2", "not supported by this model server: --tensorflow_session"),
        ("--file_system_poll_wait_seconds=-1", "must be seconds or 0, not '-1'"),
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


def test_the_directory_is_looked_at_each_second_unless_told_otherwise():
    assert parse_flags(NEEDED).poll_seconds == 1
    assert parse_flags([*NEEDED, "--file_system_poll_wait_seconds=30"]).poll_seconds == 30


def test_flags_of_what_is_not_there_are_accepted_where_another_way_leads_to_the_same():
    taken = ["--port=8500", "--enable_grpc_healthcheck_service", "--enable_model_warmup=true"]
    assert parse_flags([*NEEDED, *taken]) == parse_flags(NEEDED)
