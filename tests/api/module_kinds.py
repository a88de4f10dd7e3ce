"""Kinds of other projects, out of their Go modules.

A release page cannot be reached everywhere; a module proxy serves what the repository holds. Kinds are
generated from a project's Go types: what they accept is what it reads.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.kubernetes.crds import definitions_in
from local.golang import find_go
from local.progress import Progress


def kinds_of(module: str, checksum: str, files: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions in files of a module, given as `path@version`.

    `checksum` is what Go's checksum database says about it.
    """
    with TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [find_go(Progress()), "mod", "download", "-json", module],
            cwd=nowhere,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    assert done.returncode == 0, found["Error"]
    assert found["Sum"] == checksum
    folder = Path(found["Dir"])
    return [definition for file in files for definition in definitions_in((folder / file).read_bytes())]
