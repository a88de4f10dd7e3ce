"""The kinds of Calico's operator, out of its Go module.

Its release page cannot be reached everywhere; its kinds are also in the module, which module proxies serve.
They are generated from the operator's Go types: what they accept is what it reads.
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
OPERATOR_SUM = "h1:dNXhLahS2j+KvRuWfTu1ulzrnr7YprHNOvctzdsE5Mo="
# Kinds of the paid variant, which the module has and the release of Calico has not, begin otherwise.
KINDS = ("apiservers", "imagesets", "installations", "tigerastatuses")


def calico_kinds() -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of the pinned operator."""
    module = f"github.com/tigera/operator@v{versions.TIGERA_OPERATOR}"
    with TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [find_go(Progress()), "mod", "download", "-json", module],
            cwd=nowhere,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    assert done.returncode == 0, found["Error"]
    assert found["Sum"] == OPERATOR_SUM
    folder = Path(found["Dir"], "pkg/imports/crds/operator")
    return [
        definition
        for kind in KINDS
        for definition in definitions_in((folder / f"operator.tigera.io_{kind}.yaml").read_bytes())
    ]
