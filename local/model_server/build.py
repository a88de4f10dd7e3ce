"""Builds the model server's image, and the model that it serves in `dev`.

The image's root is made of the distribution's packages and of Python's, which this computer's own apt and pip
download and check. TensorFlow is installed once: the model is made by the image's own.
"""

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from local import cache
from local.bundle import archive
from local.bundle.archive import Image
from local.process import must, run
from local.progress import Progress, Step

REFERENCE = "metalml.local/model-server:2.21.0-1"
IMAGE = "model-server.tar"
MODEL = "half_plus_two"
VERSION = "1"
BINARY = "/usr/bin/tensorflow_model_server"
# Not root, and not the user of anything else.
USER = "1000:1000"

_FOLDER = Path(__file__).parent
# Where the server is in the image; launcher.py says the same.
_HOME = Path("opt/model-server")
_SOURCES = ("build.py", "build-root.sh", "run-in-root.sh", "packages.txt", "requirements.txt", "launcher.py")
# Only for those who compile against TensorFlow: a third of its size.
_SUPERFLUOUS = ("tensorflow/include", "tensorflow/xla_aot_runtime_src", "bin")
# The kinds of wheels that the requirements are published as. Their C library is older than any root's here.
_WHEELS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")


TITLE = "Model server with TensorFlow, and a model"


def build_model_server(progress: Progress) -> cache.Entry:
    """The cache entry with the image's archive (`IMAGE`) and the model's files (below `MODEL`)."""
    entry = find_model_server()
    if entry:
        return entry
    with progress.step("model-server", TITLE) as step:
        return cache.build("model-server", _key(), lambda target: _make(step, target))


def find_model_server() -> cache.Entry | None:
    """The same, if it was built before."""
    return cache.find("model-server", _key())


def _key() -> str:
    program = sorted((_FOLDER / "server").rglob("*.py"))
    sources = [*(_FOLDER / name for name in _SOURCES), _FOLDER / f"{MODEL}.py", *program]
    names = [str(path.relative_to(_FOLDER)) for path in program]
    return cache.key_of(*sources, *names, Path("/etc/os-release"), platform.machine())


def _make(step: Step, target: Path) -> None:
    with TemporaryDirectory(dir=target) as work:
        root = Path(work) / "root"
        run(step, ["bash", _FOLDER / "build-root.sh", root, Path(work) / "apt", _FOLDER / "packages.txt"])
        _install_packages(step, root)
        _install_server(root)
        _trim(step, root)
        _compile(step, root)
        _make_model(step, root, target / MODEL / VERSION)
        step.log(f"write {target / IMAGE}")
        archive.write([_image(root)], target / IMAGE)


def _install_packages(step: Step, root: Path) -> None:
    """Install the requirements for the root's Python, by this computer's pip, whose Python may be another."""
    say = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = must(["chroot", root, "python3", "-c", say]).strip()
    kinds = [word for kind in _WHEELS for word in ("--platform", f"{kind}_{platform.machine()}")]
    pip = [sys.executable, "-m", "pip", "install", "--no-input", "--no-compile"]
    # The file names every package: what a package asks for besides is left out on purpose (not-needed.txt).
    pinned = ["--require-hashes", "--no-deps", "--requirement", _FOLDER / "requirements.txt"]
    built = ["--only-binary=:all:", "--implementation", "cp", "--python-version", version, *kinds]
    run(step, [*pip, *pinned, *built, "--target", root / _HOME / "packages"])


def _install_server(root: Path) -> None:
    shutil.copytree(_FOLDER / "server", root / _HOME / "server", ignore=shutil.ignore_patterns("__pycache__"))
    launcher = root / BINARY.lstrip("/")
    shutil.copyfile(_FOLDER / "launcher.py", launcher)
    launcher.chmod(0o755)


def _trim(step: Step, root: Path) -> None:
    packages = root / _HOME / "packages"
    for name in _SUPERFLUOUS:
        shutil.rmtree(packages / name)
    for tests in [*packages.glob("numpy/**/tests")]:
        shutil.rmtree(tests)
    # Names for a debugger are a quarter of TensorFlow's two large libraries.
    for library in packages.glob("tensorflow/*.so*"):
        run(step, ["strip", "--strip-unneeded", library])


def _compile(step: Step, root: Path) -> None:
    """Compile all Python: in a container that cannot write it would be compiled at each start."""
    # Unchecked, because the archive gives every file the same time.
    how = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    _run_inside(step, root, ["-m", "compileall", *how, f"/{_HOME}", "/usr/lib"])


def _make_model(step: Step, root: Path, target: Path) -> None:
    scratch = root / "tmp"
    shutil.copy(_FOLDER / f"{MODEL}.py", scratch)
    _run_inside(step, root, ["-B", f"/tmp/{MODEL}.py", f"/tmp/{VERSION}"])
    shutil.copytree(scratch / VERSION, target)
    shutil.rmtree(scratch)


def _run_inside(step: Step, root: Path, arguments: Sequence[str]) -> None:
    """Run the root's Python, with the packages, in namespaces of its own."""
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    inside = ["bash", _FOLDER / "run-in-root.sh", root, "/usr/bin/python3", *arguments]
    run(step, [*apart, *inside], env={"PYTHONPATH": f"/{_HOME}/packages", "TF_CPP_MIN_LOG_LEVEL": "1"})


def _image(root: Path) -> Image:
    """Everything below a root, as one image."""
    files: dict[str, Path] = {}
    links: dict[str, str] = {}
    for folder, folders, names in os.walk(root):
        for path in (Path(folder) / name for name in (*folders, *names)):
            inside = f"/{path.relative_to(root)}"
            if path.is_symlink():
                links[inside] = str(path.readlink())
            elif path.is_file():
                files[inside] = path
    return Image(reference=REFERENCE, files=files, links=links, entrypoint=(BINARY,), user=USER)
