"""Calico: a pod network over VXLAN that enforces network policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi import ResourceOptions

from components import versions
from components.checks import require_pinned_image
from components.kubernetes.crds import Definitions, deliver_definitions, read_definitions
from components.kubernetes.release_file import ReleaseFile
from components.network.calico_installation import Installation, InstallationSpec
from components.network.calico_operator import register_operator

RELEASE = f"Calico {versions.CALICO}"
CALICO_CRDS = ReleaseFile(
    name=f"operator-crds.yaml of {RELEASE}",
    source=versions.CALICO_CRDS_URL,
    sha256=versions.CALICO_CRDS_SHA256,
)


def calico_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The kinds of the pinned Calico release, downloaded once and checked by digest."""
    return read_definitions([CALICO_CRDS], cache)


@dataclass(frozen=True, kw_only=True)
class CalicoArgs:
    """What the operator is asked to build, and from what it is installed."""

    installation: InstallationSpec
    operator_image: str
    definitions: Definitions
    """Of the release that the operator belongs to."""

    def __post_init__(self) -> None:
        require_pinned_image("operator_image", self.operator_image)


class Calico(pulumi.ComponentResource):
    """Calico by its operator.

    The order matters most when it is removed: the Installation goes first, while the operator that takes the
    network down and lifts its finalizers still runs; then the operator; the kinds go last.
    """

    def __init__(self, name: str, args: CalicoArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:Calico", name, None, opts)
        child = ResourceOptions(parent=self)

        definitions = deliver_definitions(name, args.definitions, child)
        operator = register_operator(name, parent=self, image=args.operator_image, definitions=definitions)
        Installation(
            name,
            args.installation,
            ResourceOptions(parent=self, depends_on=[operator, definitions]),
        )
        self.register_outputs({})
