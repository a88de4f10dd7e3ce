"""The VerticalPodAutoscaler object of a model: how large its pods should be."""

from dataclasses import dataclass
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label
from components.kubernetes.labels import OURS
from settings.autoscaling import Sized, VerticalMode, VerticalSettings
from settings.compute import ComputeSettings

# `Auto` is an old name of one of these, and `Off` would be read as false by YAML.
_API_MODES = {
    VerticalMode.RECOMMEND: "Off",
    VerticalMode.INITIAL: "Initial",
    VerticalMode.RESIZE: "InPlaceOrRecreate",
}


@dataclass(frozen=True, kw_only=True)
class VerticalArgs:
    """Which Deployment is looked at, and what becomes of what was found."""

    namespace: Input[str]
    deployment: Input[str]
    recommended_by: Input[str]
    """The API of the VerticalPodAutoscaler; known once its programs run."""
    limits: ComputeSettings
    """Of one pod: nothing above is ever recommended."""
    name: str = "ml-model-vpa"
    settings: VerticalSettings
    scaled_by_cpu: bool = False
    """Whether an HPA goes by the CPU of the same pods."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        mode, resources = self.settings.mode, self.settings.resources
        if self.scaled_by_cpu and mode is not VerticalMode.RECOMMEND and Sized.CPU in resources:
            raise ValueError(
                f"mode {mode} with cpu in resources: the HPA goes by the share of the requested CPU "
                "that pods use, and each new request would move it; choose [memory] or mode recommend"
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
    """The `spec` as the API spells it."""
    resources, limits = args.settings.resources, args.limits.amounts
    return {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args.deployment},
        "updatePolicy": {"updateMode": _API_MODES[args.settings.mode]},
        "resourcePolicy": {
            "containerPolicies": [
                {
                    "containerName": "*",
                    "controlledResources": [str(resource) for resource in resources],
                    # Limits stay the settings' own: what a pod may never take from its neighbours.
                    "controlledValues": "RequestsOnly",
                    "maxAllowed": {str(resource): limits[resource] for resource in resources},
                }
            ]
        },
    }
