"""The kinds of Kueue, out of its Go module.

They are generated from its Go types, as those of its release are: what they accept is what it reads.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components import versions
from components.crds import definitions_in
from local.golang import find_go
from local.progress import Progress

# What Go's checksum database says about the module of this version.
KUEUE_SUM = "h1:mPNzr37u0nwI7ikST5QQl5gg6EgtYOAvC9ZbTgywdN8="
KINDS = ("resourceflavors", "clusterqueues", "localqueues")


def kueue_kinds() -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of the pinned Kueue that the program has objects of."""
    module = f"sigs.k8s.io/kueue@v{versions.KUEUE}"
    with TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [find_go(Progress()), "mod", "download", "-json", module],
            cwd=nowhere,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    assert done.returncode == 0, found["Error"]
    assert found["Sum"] == KUEUE_SUM
    folder = Path(found["Dir"], "config/components/crd/bases")
    return [
        definition
        for kind in KINDS
        for definition in definitions_in((folder / f"kueue.x-k8s.io_{kind}.yaml").read_bytes())
    ]
