"""The HorizontalPodAutoscaler of a model server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from components.kubernetes.labels import OURS
from settings.autoscaling import PodMetric

# Seconds: the sync period of the HPA controller, and the resolution of the metrics.
UP_PERIOD = 15
UP_PODS = 4
# Seconds between the removal of two pods: time to see whether the remaining pods sustain the load.
DOWN_PERIOD = 30
# Seconds: the API server's maximum for stabilizationWindowSeconds.
LONGEST_STABILIZATION = 3600


@dataclass(frozen=True, kw_only=True)
class ExternalMetric:
    """A metric of `external.metrics.k8s.io`, which does not belong to a pod; target: its average per pod."""

    name: str
    per_pod: int


@dataclass(frozen=True, kw_only=True)
class ModelScalerArgs:
    """The target Deployment, the range of replicas, and the metrics with their targets."""

    namespace: Input[str]
    deployment: Input[str]
    measured_by: Sequence[Input[str]]
    """The metrics APIs that it queries: outputs of their APIServices, so that they are available."""
    name: str = "ml-model-hpa"
    min_replicas: int = 1
    max_replicas: int = 3
    cpu_percent: int | None = 70
    """Target average utilization, in percent of the CPU request."""
    pod_metrics: Mapping[PodMetric, int] = field(default_factory=dict)
    """Target average value per pod, by metric."""
    external: ExternalMetric | None = None
    down_after_seconds: int = 300
    """Stabilization window for scaling down, in seconds: loading a model again is slow."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        least = 0 if self.external else 1
        if not least <= self.min_replicas <= self.max_replicas or self.max_replicas < 1:
            raise ValueError(
                f"min_replicas {self.min_replicas} must be {least} or more, "
                f"and at most max_replicas {self.max_replicas}; without pods only external can tell of work"
            )
        if self.cpu_percent is None and not self.pod_metrics and self.external is None:
            raise ValueError("an autoscaler needs a metric: set cpu_percent, pod_metrics or external")
        targets = [self.cpu_percent, *self.pod_metrics.values(), self.external and self.external.per_pod]
        if any(target is not None and target < 1 for target in targets):
            raise ValueError("cpu_percent, pod_metrics and external.per_pod must be 1 or more")
        if not 0 <= self.down_after_seconds <= LONGEST_STABILIZATION:
            raise ValueError(
                f"down_after_seconds {self.down_after_seconds} must be between 0 and {LONGEST_STABILIZATION}"
            )


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
                labels=OURS,
                annotations={"metalml/measured-by": Output.all(*args.measured_by).apply(", ".join)},
            ),
            spec=HorizontalPodAutoscalerSpecArgs(
                scale_target_ref=CrossVersionObjectReferenceArgs(
                    api_version="apps/v1", kind="Deployment", name=args.deployment
                ),
                min_replicas=args.min_replicas,
                max_replicas=args.max_replicas,
                metrics=_metrics(args),
                behavior=_behavior(args.down_after_seconds),
            ),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _metrics(args: ModelScalerArgs) -> list[MetricSpecArgs]:
    """The metric that results in the most replicas decides."""
    metrics: list[MetricSpecArgs] = []
    if args.cpu_percent is not None:
        target = MetricTargetArgs(type="Utilization", average_utilization=args.cpu_percent)
        cpu = ResourceMetricSourceArgs(name="cpu", target=target)
        metrics.append(MetricSpecArgs(type="Resource", resource=cpu))
    for metric, per_pod in args.pod_metrics.items():
        source = PodsMetricSourceArgs(metric=MetricIdentifierArgs(name=metric), target=_average(per_pod))
        metrics.append(MetricSpecArgs(type="Pods", pods=source))
    if args.external is not None:
        identifier = MetricIdentifierArgs(name=args.external.name)
        external = ExternalMetricSourceArgs(metric=identifier, target=_average(args.external.per_pod))
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
