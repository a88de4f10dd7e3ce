"""What TensorFlow Serving is told, letter for letter."""

from components.serving.tensorflow_serving import (
    batching_config,
    models_config,
    tensorflow_serving,
)
from settings.server import BatchingSettings, ServerSettings

MODELS = """\
model_config_list {
  config {
    name: "resnet"
    base_path: "/models/resnet"
    model_platform: "tensorflow"
    model_version_policy { all { } }
    version_labels { key: "canary" value: 43 }
    version_labels { key: "stable" value: 42 }
  }
}
"""
BATCHING = """\
max_batch_size { value: 128 }
batch_timeout_micros { value: 500 }
num_batch_threads { value: 4 }
max_enqueued_batches { value: 4 }
"""


def test_versions_and_labels_are_in_the_model_configuration_file():
    assert models_config("resnet", {"stable": 42, "canary": 43}) == MODELS


def test_batching_has_a_file_of_its_own():
    batching = BatchingSettings(max_batch_size=128, timeout_micros=500, threads=4, max_enqueued_batches=4)
    assert batching_config(batching) == BATCHING


def test_one_version_needs_no_file_that_could_change_under_an_old_pod():
    program = tensorflow_serving("resnet", 8501, ServerSettings())
    assert set(program.files) == {"monitoring.config"}
    assert "--model_base_path=/models/resnet" in program.arguments
    assert not [flag for flag in program.arguments if "model_config_file" in flag or "batching" in flag]


def test_each_file_is_read_where_it_is_mounted():
    options = ServerSettings(labels={"stable": 1}, versions=(1, 2), batching=BatchingSettings(), warmup=False)
    program = tensorflow_serving("resnet", 8501, options)
    for flag, file in (
        ("model_config_file", "models.config"),
        ("batching_parameters_file", "batching.config"),
    ):
        assert f"--{flag}=/config/{file}" in program.arguments
        assert file in program.files
    assert "--model_base_path=/models/resnet" not in program.arguments
    assert "--enable_model_warmup=false" in program.arguments


def test_only_labels_are_looked_at_again():
    labelled = tensorflow_serving("resnet", 8501, ServerSettings(labels={"stable": 1}, versions=(1, 2)))
    moved = tensorflow_serving("resnet", 8501, ServerSettings(labels={"stable": 2}, versions=(1, 2)))
    several = tensorflow_serving("resnet", 8501, ServerSettings(versions=(1, 2)))
    assert labelled.read_at_start == moved.read_at_start
    assert labelled.files != moved.files
    assert "--model_config_file_poll_wait_seconds=10" in labelled.arguments
    assert not [flag for flag in several.arguments if "poll_wait" in flag and "config" in flag]
