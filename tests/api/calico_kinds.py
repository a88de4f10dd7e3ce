"""The kinds of Calico's operator."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from components import versions
from tests.api.module_kinds import kinds_of

OPERATOR_SUM = "h1:dNXhLahS2j+KvRuWfTu1ulzrnr7YprHNOvctzdsE5Mo="
# Kinds of the paid variant, which the module has and the release of Calico has not, begin otherwise.
KINDS = ("apiservers", "imagesets", "installations", "tigerastatuses")


@cache
def calico_kinds() -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of the pinned operator."""
    files = [f"pkg/imports/crds/operator/operator.tigera.io_{kind}.yaml" for kind in KINDS]
    return kinds_of(f"github.com/tigera/operator@v{versions.TIGERA_OPERATOR}", OPERATOR_SUM, files)
