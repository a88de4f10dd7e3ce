"""The HorizontalPodAutoscaler of a model: how many pods serve it."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.autoscaling.v2 import (
    CrossVersionObjectReferenceArgs,
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehaviorArgs,
    HorizontalPodAutoscalerSpecArgs,
    HPAScalingPolicyArgs,
    HPAScalingRulesArgs,
    MetricSpecArgs,
    MetricTargetArgs,
    ResourceMetricSourceArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label

# Seconds. As often as the controller looks, and new figures come.
UP_PERIOD = 15
UP_PODS = 4
# Seconds between two pods that are taken away: time to see that the others bear the load.
DOWN_PERIOD = 30
# Seconds; the API server takes no longer stabilization.
LONGEST_STABILIZATION = 3600


@dataclass(frozen=True, kw_only=True)
class ModelScalerArgs:
    """Which Deployment is scaled, between which numbers of pods, and by what."""

    namespace: Input[str]
    deployment: Input[str]
    measured_by: Input[str]
    """The metrics API that it asks; known once that answers, so it has figures from the start."""
    name: str = "ml-model-hpa"
    min_replicas: int = 1
    max_replicas: int = 3
    cpu_percent: int = 70
    """Of what the pods request, on their average."""
    down_after_seconds: int = 300
    """How long the load must have been lower before a pod goes; loading the model again is slow."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise ValueError(
                f"min_replicas {self.min_replicas} must be 1 or more, "
                f"and at most max_replicas {self.max_replicas}"
            )
        if self.cpu_percent < 1:
            raise ValueError(f"cpu_percent must be 1 or more, got {self.cpu_percent}")
        if not 0 <= self.down_after_seconds <= LONGEST_STABILIZATION:
            raise ValueError(
                f"down_after_seconds {self.down_after_seconds} must be between 0 and {LONGEST_STABILIZATION}"
            )


class ModelScaler(pulumi.ComponentResource):
    """An `autoscaling/v2` HPA: at once up, one pod at a time down.

    It owns the Deployment's number of replicas, so the Deployment must not name one.
    """

    autoscaler: Output[str]

    def __init__(self, name: str, args: ModelScalerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:ModelScaler", name, None, opts)
        made = HorizontalPodAutoscaler(
            name,
            metadata=ObjectMetaArgs(
                name=args.name,
                namespace=args.namespace,
                labels={"app.kubernetes.io/part-of": "metalml", "app.kubernetes.io/managed-by": "pulumi"},
                annotations={"metalml/measured-by": args.measured_by},
            ),
            spec=HorizontalPodAutoscalerSpecArgs(
                scale_target_ref=CrossVersionObjectReferenceArgs(
                    api_version="apps/v1", kind="Deployment", name=args.deployment
                ),
                min_replicas=args.min_replicas,
                max_replicas=args.max_replicas,
                metrics=[_cpu(args.cpu_percent)],
                behavior=_behavior(args.down_after_seconds),
            ),
            opts=ResourceOptions(parent=self),
        )
        self.autoscaler = made.metadata.name
        self.register_outputs({"autoscaler": self.autoscaler})


def _cpu(percent: int) -> MetricSpecArgs:
    target = MetricTargetArgs(type="Utilization", average_utilization=percent)
    return MetricSpecArgs(type="Resource", resource=ResourceMetricSourceArgs(name="cpu", target=target))


def _behavior(down_after: int) -> HorizontalPodAutoscalerBehaviorArgs:
    return HorizontalPodAutoscalerBehaviorArgs(
        # The default waits for nothing either, but it only doubles: from 1 to 3 would take two rounds.
        scale_up=HPAScalingRulesArgs(
            stabilization_window_seconds=0,
            select_policy="Max",
            policies=[
                HPAScalingPolicyArgs(type="Pods", value=UP_PODS, period_seconds=UP_PERIOD),
                HPAScalingPolicyArgs(type="Percent", value=100, period_seconds=UP_PERIOD),
            ],
        ),
        # The default takes all superfluous pods at once, and the next request wave finds none.
        scale_down=HPAScalingRulesArgs(
            stabilization_window_seconds=down_after,
            select_policy="Max",
            policies=[HPAScalingPolicyArgs(type="Pods", value=1, period_seconds=DOWN_PERIOD)],
        ),
    )
