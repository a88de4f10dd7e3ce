"""The command line: the flags of tensorflow_model_server that this server can follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Accepted, so that one command line fits both servers: docs/model-server.md says more.
_WITHOUT_EFFECT = (
    "port",
    "enable_grpc_healthcheck_service",
    "enable_model_warmup",
    "enable_batching",
    "batching_parameters_file",
    "allow_version_labels_for_unavailable_models",
)


class UsageError(Exception):
    """The server is asked for something that it cannot do; its text is for who starts it."""


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What is served, and where."""

    rest_api_port: int
    model_name: str
    model_base_path: Path
    monitoring_config_file: Path | None
    # 0 reads the model's directory once.
    poll_seconds: float
    # In the place of a name and a directory.
    model_config_file: Path | None = None
    # 0 reads the file once.
    config_poll_seconds: float = 0


def parse_flags(arguments: Sequence[str]) -> Flags:
    """Read `--name=value` flags; raise when one is unknown or asks for what is not done here."""
    given: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or not name:
            raise UsageError(f"unexpected argument {argument!r}: flags are written --name=value")
        # As in TensorFlow: a flag without a value is a switch, turned on.
        given[name] = value if equals else "true"

    for name in _WITHOUT_EFFECT:
        given.pop(name, None)
    base, monitoring = given.pop("model_base_path", ""), given.pop("monitoring_config_file", "")
    port, model_name = given.pop("rest_api_port", ""), given.pop("model_name", "default")
    poll = given.pop("file_system_poll_wait_seconds", "1")
    config, config_poll = (
        given.pop("model_config_file", ""),
        given.pop("model_config_file_poll_wait_seconds", "0"),
    )
    if given:
        names = ", ".join(f"--{name}" for name in sorted(given))
        raise UsageError(f"not supported by this model server: {names}")
    if not base and not config:
        raise UsageError("--model_base_path is needed: the directory with the model's versions")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"--rest_api_port must be a port, not {port!r}: this server answers REST only")
    # TensorFlow Serving's -1, never to look, would also never answer.
    for flag, seconds in (
        ("file_system_poll_wait_seconds", poll),
        ("model_config_file_poll_wait_seconds", config_poll),
    ):
        if not (seconds.isascii() and seconds.isdecimal()):
            raise UsageError(f"--{flag} must be seconds or 0, not {seconds!r}")
    return Flags(
        rest_api_port=int(port),
        model_name=model_name,
        model_base_path=Path(base),
        monitoring_config_file=Path(monitoring) if monitoring else None,
        poll_seconds=float(poll),
        model_config_file=Path(config) if config else None,
        config_poll_seconds=float(config_poll),
    )
