"""tensorflow_model_server: loads the newest version of a model, and only then opens its port."""

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .flags import Flags, UsageError, parse_flags
from .lean import import_only_what_is_named
from .metrics import Metrics
from .model import Model, newest_version
from .monitoring import metrics_path

# Recorded requests that TensorFlow Serving replays after loading.
WARMUP = Path("assets.extra", "tf_serving_warmup_requests")


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM."""
    # As process 1 a signal without a handler is dropped, and loading takes seconds.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    metrics = Metrics()
    try:
        flags = parse_flags(arguments)
        shown = (
            metrics_path(flags.monitoring_config_file.read_text()) if flags.monitoring_config_file else None
        )
        model = _load(flags, metrics)
    except (UsageError, OSError) as error:
        sys.exit(f"Failed to start server. Error: {error}")

    from .rest import Rest
    from .web import serve

    try:
        asyncio.run(serve(Rest(model, metrics), flags.rest_api_port, shown, metrics.page))
    except OSError as error:
        sys.exit(f"Failed to start server. Error: cannot open port {flags.rest_api_port}: {error}")


def _load(flags: Flags, metrics: Metrics) -> Model:
    version, folder = newest_version(flags.model_base_path)
    named = f"{{name: {flags.model_name} version: {version}}}"
    print(f"Loading servable version {named} from {folder}", flush=True)
    # Here, so that a wrong command line is told at once and not after TensorFlow's start.
    import_only_what_is_named()
    from .saved_model import load

    started = time.perf_counter()
    try:
        model = load(flags.model_name, version, folder)
    except Exception as error:
        raise UsageError(f"cannot load servable version {named}: {type(error).__name__}: {error}") from error
    micros = round((time.perf_counter() - started) * 1e6)
    metrics.load_attempts.add(str(folder), "success")
    metrics.load_latency.add(str(folder), amount=micros)
    if (folder / WARMUP).exists():
        print(f"{folder / WARMUP} is not replayed: this server cannot read recorded requests", flush=True)
    print(f"Successfully loaded servable version {named} in {micros / 1e6:.2f}s", flush=True)
    return model


if __name__ == "__main__":
    main(sys.argv[1:])
