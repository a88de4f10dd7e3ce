"""The HorizontalPodAutoscaler of a model: how many pods serve it."""

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

# Seconds. As often as the controller looks, and new figures come.
UP_PERIOD = 15
UP_PODS = 4
# Seconds between two pods that are taken away: time to see that the others bear the load.
DOWN_PERIOD = 30
# Seconds; the API server takes no longer stabilization.
LONGEST_STABILIZATION = 3600


@dataclass(frozen=True, kw_only=True)
class ExternalMetric:
    """A figure of `external.metrics.k8s.io`, which knows of no pods."""

    name: str
    per_pod: int


@dataclass(frozen=True, kw_only=True)
class ModelScalerArgs:
    """Which Deployment is scaled, between which numbers of pods, and by what."""

    namespace: Input[str]
    deployment: Input[str]
    measured_by: Sequence[Input[str]]
    """The metrics APIs that it asks; each known once it answers, so there are figures from the start."""
    name: str = "ml-model-hpa"
    min_replicas: int = 1
    max_replicas: int = 3
    cpu_percent: int | None = 70
    """Of what the pods request, on their average."""
    pod_metrics: Mapping[PodMetric, int] = field(default_factory=dict)
    """How much of each figure one pod is to have."""
    external: ExternalMetric | None = None
    down_after_seconds: int = 300
    """How long the load must have been lower before a pod goes; loading the model again is slow."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        least = 0 if self.external else 1
        if not least <= self.min_replicas <= self.max_replicas or self.max_replicas < 1:
            raise ValueError(
                f"min_replicas {self.min_replicas} must be {least} or more, "
                f"and at most max_replicas {self.max_replicas}; without pods only external can tell of work"
            )
        if self.cpu_percent is None and not self.pod_metrics and self.external is None:
            raise ValueError("an autoscaler needs a figure: cpu_percent, pod_metrics or external")
        targets = [self.cpu_percent, *self.pod_metrics.values(), self.external and self.external.per_pod]
        if any(target is not None and target < 1 for target in targets):
            raise ValueError("cpu_percent, pod_metrics and external.per_pod must be 1 or more")
        if not 0 <= self.down_after_seconds <= LONGEST_STABILIZATION:
            raise ValueError(
                f"down_after_seconds {self.down_after_seconds} must be between 0 and {LONGEST_STABILIZATION}"
            )


class ModelScaler(pulumi.ComponentResource):
    """An `autoscaling/v2` HPA: at once up, one pod at a time down.

    It owns the Deployment's number of replicas, so the Deployment must not name one.
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
    """The figure that asks for most pods counts."""
    found: list[MetricSpecArgs] = []
    if args.cpu_percent is not None:
        target = MetricTargetArgs(type="Utilization", average_utilization=args.cpu_percent)
        cpu = ResourceMetricSourceArgs(name="cpu", target=target)
        found.append(MetricSpecArgs(type="Resource", resource=cpu))
    for metric, per_pod in args.pod_metrics.items():
        source = PodsMetricSourceArgs(metric=MetricIdentifierArgs(name=metric), target=_average(per_pod))
        found.append(MetricSpecArgs(type="Pods", pods=source))
    if args.external is not None:
        identifier = MetricIdentifierArgs(name=args.external.name)
        outside = ExternalMetricSourceArgs(metric=identifier, target=_average(args.external.per_pod))
        found.append(MetricSpecArgs(type="External", external=outside))
    return found


def _average(per_pod: int) -> MetricTargetArgs:
    return MetricTargetArgs(type="AverageValue", average_value=str(per_pod))


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
