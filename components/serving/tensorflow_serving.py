"""TensorFlow Serving: its flags and its configuration files, which are text protos."""

from collections.abc import Iterable, Mapping, Sequence

from components.serving.server_program import CONFIG_DIRECTORY, ServerProgram
from settings.server import BatchingSettings, ServerSettings

BINARY = "/usr/bin/tensorflow_model_server"
GRPC_PORT = 8500
MODELS_DIRECTORY = "/models"
MODELS_FILE, BATCHING_FILE, MONITORING_FILE = "models.config", "batching.config", "monitoring.config"
METRICS_PATH = "/monitoring/prometheus/metrics"
# Seconds between reads of models.config. A changed ConfigMap takes up to a minute to reach the pod anyway.
LABELS_POLL_SECONDS = 10


def base_path(served_name: str) -> str:
    """The model's base path in the pod: its numbered subdirectories are the versions."""
    return f"{MODELS_DIRECTORY}/{served_name}"


def monitoring_config() -> str:
    """The MonitoringConfig text proto that enables Prometheus metrics."""
    return f'prometheus_config {{\n  enable: true\n  path: "{METRICS_PATH}"\n}}\n'


def batching_config(batching: BatchingSettings) -> str:
    """The BatchingParameters text proto."""
    values = {
        "max_batch_size": batching.max_batch_size,
        "batch_timeout_micros": batching.timeout_micros,
        "num_batch_threads": batching.threads,
        "max_enqueued_batches": batching.max_enqueued_batches,
    }
    return "".join(f"{name} {{ value: {value} }}\n" for name, value in values.items())


def models_config(served_name: str, labels: Mapping[str, int]) -> str:
    """The ModelServerConfig text proto: all versions below the model's base path, and their labels.

    The mounts of a pod determine its versions. So a pod that reads the file of a later rollout still has its
    own versions, and keeps its labels where a new label is for a version that it does not have.
    """
    lines = [
        f'name: "{served_name}"',
        f'base_path: "{base_path(served_name)}"',
        'model_platform: "tensorflow"',
        "model_version_policy { all { } }",
        *(f'version_labels {{ key: "{label}" value: {number} }}' for label, number in sorted(labels.items())),
    ]
    return f"model_config_list {{\n  config {{\n{_indented(lines)}  }}\n}}\n"


def tensorflow_serving(served_name: str, rest_port: int, options: ServerSettings) -> ServerProgram:
    """TensorFlow Serving with one model."""
    fixed = {MONITORING_FILE: monitoring_config()}
    if options.batching:
        fixed[BATCHING_FILE] = batching_config(options.batching)
    moving = {MODELS_FILE: models_config(served_name, options.labels)} if _configured(options) else {}
    return ServerProgram(
        # The image's entrypoint is a shell, which does not forward signals.
        command=(BINARY,),
        arguments=_flags(served_name, rest_port, options),
        other_ports={"grpc": GRPC_PORT},
        # Not the model status API: it returns 200 with state LOADING in its body, and probes read the code.
        probe_path=f"/v1/models/{served_name}/metadata",
        predict_path=f"/v1/models/{served_name}:predict",
        files={**fixed, **moving},
        # Not models.config: the server polls it for changed labels, and nothing else in it changes.
        read_at_start="".join(fixed.values()),
    )


def _configured(options: ServerSettings) -> bool:
    """Whether the model needs models.config: flags cover a single version without labels only."""
    return bool(options.labels) or options.several_versions


def _flags(served_name: str, rest_port: int, options: ServerSettings) -> Sequence[str]:
    flags = [f"--port={GRPC_PORT}", f"--rest_api_port={rest_port}"]
    if _configured(options):
        flags.append(f"--model_config_file={CONFIG_DIRECTORY}/{MODELS_FILE}")
    else:
        flags += [f"--model_name={served_name}", f"--model_base_path={base_path(served_name)}"]
    if options.labels:
        flags += [
            f"--model_config_file_poll_wait_seconds={LABELS_POLL_SECONDS}",
            # Otherwise a pod that restarts while the file has a version of a later rollout fails to start.
            "--allow_version_labels_for_unavailable_models=true",
        ]
    # 0 reads the base path once. New versions come with a rollout, which has probes and can be rolled back; a
    # server that polls the base path would load a version that is still being copied.
    flags.append("--file_system_poll_wait_seconds=0")
    flags.append(f"--monitoring_config_file={CONFIG_DIRECTORY}/{MONITORING_FILE}")
    if options.batching:
        flags += ["--enable_batching=true", f"--batching_parameters_file={CONFIG_DIRECTORY}/{BATCHING_FILE}"]
    flags.append(f"--enable_model_warmup={str(options.warmup).lower()}")
    return flags


def _indented(lines: Iterable[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
