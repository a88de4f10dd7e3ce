"""Calico: a VXLAN pod network that enforces NetworkPolicies."""

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
    """The CRDs of the pinned Calico release, downloaded once and verified by digest."""
    return read_definitions([CALICO_CRDS], cache)


@dataclass(frozen=True, kw_only=True)
class CalicoArgs:
    """The Installation, and the operator's image and CRDs."""

    installation: InstallationSpec
    operator_image: str
    definitions: Definitions
    """CRDs of the operator's release."""

    def __post_init__(self) -> None:
        require_pinned_image("operator_image", self.operator_image)


class Calico(pulumi.ComponentResource):
    """Calico, installed by the Tigera operator.

    The order of deletion matters: first the Installation, while the operator still runs, which removes the
    pod network and the finalizers; then the operator; then the CRDs.
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
