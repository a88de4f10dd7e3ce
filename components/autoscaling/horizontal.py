"""The HorizontalPodAutoscaler of a model server."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.autoscaling.v2 import (
    CrossVersionObjectReferenceArgs,
    ExternalMetricSourceArgs,
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehaviorArgs,
    HorizontalPodAutoscalerSpecArgs,
    HPAScalingPolicyArgs,
    HPAScalingRulesArgs,
    MetricIdentifierArgs,
    MetricSpecArgs,
    MetricTargetArgs,
    PodsMetricSourceArgs,
    ResourceMetricSourceArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label
from components.kubernetes.labels import COMMON_LABELS
from settings.autoscaling import AutoscalingSettings

# Seconds: the sync period of the HPA controller, and the resolution of the metrics.
UP_PERIOD = 15
UP_PODS = 4
# Seconds between the removal of two pods: time to see whether the remaining pods sustain the load.
DOWN_PERIOD = 30


@dataclass(frozen=True, kw_only=True)
class ModelScalerArgs:
    """The target Deployment, the range of replicas, and the metrics with their targets."""

    namespace: Input[str]
    deployment: Input[str]
    measured_by: Sequence[Input[str]]
    """The metrics APIs that it queries: outputs of their APIServices, so that they are available."""
    name: str = "ml-model-hpa"
    settings: AutoscalingSettings

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)


class ModelScaler(pulumi.ComponentResource):
    """An `autoscaling/v2` HPA: scales up immediately, and down by one pod at a time.

    It owns the Deployment's spec.replicas, so the Deployment must not set it.
    """

    def __init__(self, name: str, args: ModelScalerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:ModelScaler", name, None, opts)
        HorizontalPodAutoscaler(
            name,
            metadata=ObjectMetaArgs(
                name=args.name,
                namespace=args.namespace,
                labels=COMMON_LABELS,
                annotations={"metalml/measured-by": Output.all(*args.measured_by).apply(", ".join)},
            ),
            spec=HorizontalPodAutoscalerSpecArgs(
                scale_target_ref=CrossVersionObjectReferenceArgs(
                    api_version="apps/v1", kind="Deployment", name=args.deployment
                ),
                min_replicas=args.settings.min,
                max_replicas=args.settings.max,
                metrics=_metrics(args.settings),
                behavior=_behavior(args.settings.down_after_seconds),
            ),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _metrics(scaling: AutoscalingSettings) -> list[MetricSpecArgs]:
    """The metric that results in the most replicas decides."""
    metrics: list[MetricSpecArgs] = []
    if scaling.cpu_target is not None:
        target = MetricTargetArgs(type="Utilization", average_utilization=scaling.cpu_target)
        cpu = ResourceMetricSourceArgs(name="cpu", target=target)
        metrics.append(MetricSpecArgs(type="Resource", resource=cpu))
    for metric, per_pod in scaling.pod_metrics.items():
        source = PodsMetricSourceArgs(metric=MetricIdentifierArgs(name=metric), target=_average(per_pod))
        metrics.append(MetricSpecArgs(type="Pods", pods=source))
    if scaling.external is not None:
        identifier = MetricIdentifierArgs(name=scaling.external.metric)
        external = ExternalMetricSourceArgs(metric=identifier, target=_average(scaling.external.per_pod))
        metrics.append(MetricSpecArgs(type="External", external=external))
    return metrics


def _average(per_pod: int) -> MetricTargetArgs:
    return MetricTargetArgs(type="AverageValue", average_value=str(per_pod))


def _behavior(down_after: int) -> HorizontalPodAutoscalerBehaviorArgs:
    return HorizontalPodAutoscalerBehaviorArgs(
        # Without the Pods policy, 100 percent only doubles: from 1 to 3 pods would take two periods.
        scale_up=HPAScalingRulesArgs(
            stabilization_window_seconds=0,
            select_policy="Max",
            policies=[
                HPAScalingPolicyArgs(type="Pods", value=UP_PODS, period_seconds=UP_PERIOD),
                HPAScalingPolicyArgs(type="Percent", value=100, period_seconds=UP_PERIOD),
            ],
        ),
        # The default removes all surplus pods at once; the next burst of requests would find too few.
        scale_down=HPAScalingRulesArgs(
            stabilization_window_seconds=down_after,
            select_policy="Max",
            policies=[HPAScalingPolicyArgs(type="Pods", value=1, period_seconds=DOWN_PERIOD)],
        ),
    )
