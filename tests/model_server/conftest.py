"""The image, loaded into podman, and the models of these tests, made by the TensorFlow in it."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import cache
from local.model_server.build import IMAGE, MODEL, REFERENCE, build_model_server
from local.progress import Progress
from tests.model_server.containers import LIMITS, METRICS_PATH, NETWORK, RANGE, podman

MAKE_MODELS = Path(__file__).with_name("make_models.py")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with every model, and the monitoring configuration; the image and its network stand ready."""
    entry = build_model_server(Progress())
    podman("load", "--quiet", "--input", entry.path(IMAGE))
    # What a killed run left.
    if NETWORK in podman("network", "ls", "--format", "{{.Name}}").split():
        podman("network", "rm", "--force", NETWORK)
    podman("network", "create", "--disable-dns", "--subnet", RANGE, NETWORK)
    try:
        yield _made(tmp_path_factory.mktemp("models"), entry)
    finally:
        podman("network", "rm", "--force", NETWORK)
        podman("rmi", "--force", REFERENCE)


def _made(folder: Path, entry: cache.Entry) -> Path:
    # The server reads as another user; how deep a folder of pytest's lies depends on how it was started.
    for above in (folder, *folder.parents):
        if not above.stat().st_mode & stat.S_IXOTH:
            above.chmod(0o755)
    shutil.copytree(entry.path(MODEL), folder / MODEL)
    (folder / "monitoring.config").write_text(
        f'prometheus_config {{\n  enable: true\n  path: "{METRICS_PATH}"\n}}\n'
    )
    script = ("--volume", f"{MAKE_MODELS}:/make_models.py:ro", "--volume", f"{folder}:/made")
    python = ("--entrypoint", "/usr/bin/python3", "--env", "PYTHONPATH=/opt/model-server/packages")
    whole = ("--user", "root", "--network", "none", *LIMITS)
    podman("run", "--rm", *whole, *script, *python, REFERENCE, "-B", "/make_models.py", "/made")
    return folder
