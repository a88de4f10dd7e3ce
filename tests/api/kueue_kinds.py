"""The kinds of Kueue that the program has objects of."""

from collections.abc import Mapping, Sequence
from typing import Any

from components import versions
from tests.api.module_kinds import kinds_of

KUEUE_SUM = "h1:mPNzr37u0nwI7ikST5QQl5gg6EgtYOAvC9ZbTgywdN8="
KINDS = ("resourceflavors", "clusterqueues", "localqueues")


def kueue_kinds() -> Sequence[Mapping[str, Any]]:
    """The CustomResourceDefinitions of the pinned Kueue."""
    files = [f"config/components/crd/bases/kueue.x-k8s.io_{kind}.yaml" for kind in KINDS]
    return kinds_of(f"sigs.k8s.io/kueue@v{versions.KUEUE}", KUEUE_SUM, files)
