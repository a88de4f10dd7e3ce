"""Python programs that only tests and measurements use, each in an environment of its own."""

import subprocess
import sys
from pathlib import Path

from local import cache

# Written last: an environment without it is half made.
MARK = ".complete"


def environment(name: str, requirements: Path) -> Path:
    """The folder of the environment, installed once per content of the requirements."""
    key = cache.key_of(requirements, sys.version)[:16]
    folder = cache.cache_root() / name / key
    with cache.alone(name, key):
        if not (folder / MARK).exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", requirements], check=True)
            (folder / MARK).touch()
    return folder
