"""How TensorFlow Serving is started: its ports, its flags and its monitoring file."""

from collections.abc import Sequence

BINARY = "/usr/bin/tensorflow_model_server"
GRPC_PORT = 8500
MODELS_DIRECTORY = "/models"
CONFIG_DIRECTORY = "/config"
MONITORING_FILE = "monitoring.config"
METRICS_PATH = "/monitoring/prometheus/metrics"


def base_path(served_name: str) -> str:
    """Directory in the pod whose numbered subdirectories are the versions of the model."""
    return f"{MODELS_DIRECTORY}/{served_name}"


def readiness_path(served_name: str) -> str:
    """The only HTTP path that is 200 exactly while a version of the model can answer.

    The plain status path answers 200 with the state LOADING in its body, and a kubelet reads only the number.
    """
    return f"/v1/models/{served_name}/metadata"


def monitoring_config() -> str:
    """The text proto that switches TensorFlow Serving's Prometheus metrics on."""
    return f'prometheus_config {{\n  enable: true\n  path: "{METRICS_PATH}"\n}}\n'


def server_flags(served_name: str, rest_port: int) -> Sequence[str]:
    """Flags for one model, read once."""
    return (
        f"--port={GRPC_PORT}",
        f"--rest_api_port={rest_port}",
        f"--model_name={served_name}",
        f"--model_base_path={base_path(served_name)}",
        # 0 reads the directory once. New files arrive with a rollout, which has probes and a way back; a
        # server that watches the directory would pick up a version that is still being copied.
        "--file_system_poll_wait_seconds=0",
        f"--monitoring_config_file={CONFIG_DIRECTORY}/{MONITORING_FILE}",
        "--enable_model_warmup=true",
    )
