"""tensorflow_model_server: loads the newest version of a model, and only then opens its port."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .configured import ConfiguredVersions
from .flags import Flags, UsageError, parse_flags
from .lean import import_only_what_is_named
from .metrics import Metrics
from .model import Model
from .monitoring import metrics_path
from .versions import LoadError, Versions

# Recorded requests that TensorFlow Serving replays after loading.
WARMUP = Path("assets.extra", "tf_serving_warmup_requests")


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM."""
    # As process 1 a signal without a handler is dropped, and loading takes seconds.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    import_only_what_is_named()
    metrics = Metrics()
    try:
        flags = parse_flags(arguments)
        monitoring = flags.monitoring_config_file
        shown = metrics_path(monitoring.read_text()) if monitoring else None
        name, versions = _versions(flags, metrics)
    except (UsageError, LoadError, OSError) as error:
        sys.exit(f"Failed to start server. Error: {error}")

    from .rest import Rest
    from .web import serve

    rest = Rest(name, versions, metrics)
    try:
        asyncio.run(serve(rest, flags.rest_api_port, shown, metrics.page))
    except OSError as error:
        sys.exit(f"Failed to start server. Error: cannot open port {flags.rest_api_port}: {error}")


def _versions(flags: Flags, metrics: Metrics) -> tuple[str, Versions | ConfiguredVersions]:
    """The model's name, and its versions when they are loaded and watched."""
    if flags.model_config_file:
        configured = ConfiguredVersions(flags.model_config_file, lambda name: _loader(name, metrics))
        configured.start()
        if flags.config_poll_seconds:
            configured.watch(flags.config_poll_seconds)
        return configured.name, configured
    versions = Versions(flags.model_base_path, _loader(flags.model_name, metrics))
    versions.start(flags.poll_seconds)
    if flags.poll_seconds:
        versions.watch(flags.poll_seconds)
    return flags.model_name, versions


def _loader(name: str, metrics: Metrics) -> Callable[[int, Path], Model]:
    def load_version(version: int, folder: Path) -> Model:
        named = f"{{name: {name} version: {version}}}"
        print(f"Loading servable version {named} from {folder}", flush=True)
        # Here, so that a wrong command line is told at once and not after TensorFlow's start.
        from .saved_model import load

        started = time.perf_counter()
        try:
            model = load(version, folder)
        except Exception as error:
            metrics.load_attempts.add(str(folder), "fail")
            reason = f"{type(error).__name__}: {error}"
            raise LoadError(f"cannot load servable version {named}: {reason}") from error
        micros = round((time.perf_counter() - started) * 1e6)
        metrics.load_attempts.add(str(folder), "success")
        metrics.load_latency.add(str(folder), amount=micros)
        if (folder / WARMUP).exists():
            print(f"{folder / WARMUP} is not replayed: this server cannot read recorded requests", flush=True)
        print(f"Successfully loaded servable version {named} in {micros / 1e6:.2f}s", flush=True)
        return model

    return load_version


if __name__ == "__main__":
    main(sys.argv[1:])
