"""The VerticalPodAutoscaler of a model server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label
from components.kubernetes.labels import OURS
from settings.autoscaling import Sized, VerticalMode

# updateMode by setting. The API's `Auto` is a deprecated alias, and YAML would parse `Off` as false.
_API_MODES = {
    VerticalMode.RECOMMEND: "Off",
    VerticalMode.INITIAL: "Initial",
    VerticalMode.RESIZE: "InPlaceOrRecreate",
}


@dataclass(frozen=True, kw_only=True)
class VerticalArgs:
    """The target Deployment, and how recommendations are applied."""

    namespace: Input[str]
    deployment: Input[str]
    recommended_by: Input[str]
    """The VerticalPodAutoscaler's API group: an output of its controllers."""
    limits: Mapping[str, str]
    """maxAllowed per container, as quantities by resource name."""
    name: str = "ml-model-vpa"
    mode: VerticalMode = VerticalMode.RECOMMEND
    resources: Sequence[Sized] = tuple(Sized)
    scaled_by_cpu: bool = False
    """Whether an HPA scales the same pods by CPU utilization."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        if not self.resources:
            raise ValueError("resources must name cpu, memory or both")
        if self.scaled_by_cpu and self.mode is not VerticalMode.RECOMMEND and Sized.CPU in self.resources:
            raise ValueError(
                f"mode {self.mode} with cpu in resources: the HPA scales by CPU usage relative to requests, "
                "which this mode changes; set resources to [memory], or mode to recommend"
            )


class VerticalPodAutoscaler(CustomResource):
    """`autoscaling.k8s.io/v1` VerticalPodAutoscaler."""

    def __init__(self, resource_name: str, args: VerticalArgs, opts: ResourceOptions) -> None:
        super().__init__(
            resource_name,
            api_version="autoscaling.k8s.io/v1",
            kind="VerticalPodAutoscaler",
            metadata=ObjectMetaArgs(
                name=args.name,
                namespace=args.namespace,
                labels=OURS,
                annotations={"metalml/recommended-by": args.recommended_by},
            ),
            spec=_spec(args),
            opts=opts,
        )


def _spec(args: VerticalArgs) -> dict[str, Any]:
    """The `spec` in the schema of `autoscaling.k8s.io/v1`."""
    return {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args.deployment},
        "updatePolicy": {"updateMode": _API_MODES[args.mode]},
        "resourcePolicy": {
            "containerPolicies": [
                {
                    "containerName": "*",
                    "controlledResources": [str(resource) for resource in args.resources],
                    # Limits stay as in the settings: they protect other pods on the node.
                    "controlledValues": "RequestsOnly",
                    "maxAllowed": {str(resource): args.limits[resource] for resource in args.resources},
                }
            ]
        },
    }
