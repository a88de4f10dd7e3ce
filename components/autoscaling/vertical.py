"""The VerticalPodAutoscaler of a model server."""

from dataclasses import dataclass
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label
from components.kubernetes.labels import COMMON_LABELS
from settings.autoscaling import Sized, VerticalMode, VerticalSettings
from settings.compute import ComputeSettings

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
    limits: ComputeSettings
    """maxAllowed per container."""
    name: str = "ml-model-vpa"
    settings: VerticalSettings
    scaled_by_cpu: bool = False
    """Whether an HPA scales the same pods by CPU utilization."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        mode, resources = self.settings.mode, self.settings.resources
        if self.scaled_by_cpu and mode is not VerticalMode.RECOMMEND and Sized.CPU in resources:
            raise ValueError(
                f"mode {mode} with cpu in resources: the HPA scales by CPU usage relative to requests, "
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
                labels=COMMON_LABELS,
                annotations={"metalml/recommended-by": args.recommended_by},
            ),
            spec=_spec(args),
            opts=opts,
        )


def _spec(args: VerticalArgs) -> dict[str, Any]:
    """The `spec` in the schema of `autoscaling.k8s.io/v1`."""
    resources, limits = args.settings.resources, args.limits.amounts
    return {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args.deployment},
        "updatePolicy": {"updateMode": _API_MODES[args.settings.mode]},
        "resourcePolicy": {
            "containerPolicies": [
                {
                    "containerName": "*",
                    "controlledResources": [str(resource) for resource in resources],
                    # Limits stay as in the settings: they protect other pods on the node.
                    "controlledValues": "RequestsOnly",
                    "maxAllowed": {str(resource): limits[resource] for resource in resources},
                }
            ]
        },
    }
