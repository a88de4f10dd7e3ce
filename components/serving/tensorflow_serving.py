"""TensorFlow Serving: its flags and its files, which are text protos."""

from collections.abc import Iterable, Mapping, Sequence

from components.serving.server_program import CONFIG_DIRECTORY, ServerProgram
from settings.server import BatchingSettings, ServerSettings

BINARY = "/usr/bin/tensorflow_model_server"
GRPC_PORT = 8500
MODELS_DIRECTORY = "/models"
MODELS_FILE, BATCHING_FILE, MONITORING_FILE = "models.config", "batching.config", "monitoring.config"
METRICS_PATH = "/monitoring/prometheus/metrics"
# Seconds between looks at models.config. A changed ConfigMap takes up to a minute to reach the pod anyway.
LABELS_POLL_SECONDS = 10


def base_path(served_name: str) -> str:
    """Directory in the pod whose numbered subdirectories are the versions of the model."""
    return f"{MODELS_DIRECTORY}/{served_name}"


def monitoring_config() -> str:
    """The text proto that switches Prometheus metrics on."""
    return f'prometheus_config {{\n  enable: true\n  path: "{METRICS_PATH}"\n}}\n'


def batching_config(batching: BatchingSettings) -> str:
    """The text proto of the batching parameters."""
    values = {
        "max_batch_size": batching.max_batch_size,
        "batch_timeout_micros": batching.timeout_micros,
        "num_batch_threads": batching.threads,
        "max_enqueued_batches": batching.max_enqueued_batches,
    }
    return "".join(f"{name} {{ value: {value} }}\n" for name, value in values.items())


def models_config(served_name: str, labels: Mapping[str, int]) -> str:
    """The text proto that says which model is served: all versions below its directory, and their labels.

    Which versions those are is decided by what is mounted there. So a pod that reads the file of a later
    rollout still has its own versions, and keeps its labels where the new ones name one that it has not.
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
        # The image's entry point is a shell that does not hand signals on.
        command=(BINARY,),
        arguments=_flags(served_name, rest_port, options),
        other_ports={"grpc": GRPC_PORT},
        # The status path is 200 with the state LOADING in its body, and a kubelet reads only the number.
        loaded_path=f"/v1/models/{served_name}/metadata",
        predict_path=f"/v1/models/{served_name}:predict",
        files={**fixed, **moving},
        # Not models.config: the labels in it are looked at again, and nothing else in it changes.
        read_at_start="".join(fixed.values()),
    )


def _configured(options: ServerSettings) -> bool:
    """Whether it takes a file, and not only flags, to say what is served."""
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
            # Else a pod that starts again while the file names a version of a later rollout would not start.
            "--allow_version_labels_for_unavailable_models=true",
        ]
    # 0 reads the directory once. New files arrive with a rollout, which has probes and a way back; a
    # server that watches the directory would pick up a version that is still being copied.
    flags.append("--file_system_poll_wait_seconds=0")
    flags.append(f"--monitoring_config_file={CONFIG_DIRECTORY}/{MONITORING_FILE}")
    if options.batching:
        flags += ["--enable_batching=true", f"--batching_parameters_file={CONFIG_DIRECTORY}/{BATCHING_FILE}"]
    flags.append(f"--enable_model_warmup={str(options.warmup).lower()}")
    return flags


def _indented(lines: Iterable[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
