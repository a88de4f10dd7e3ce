"""What measures the pods, and what decides how many there are and how large."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from settings.base import Items, Model
from settings.fields import DnsName, HostPort, HttpUrl, Label, MetricName

MOST_REPLICAS = 100  # as many as `replicas` of a model takes
DEFAULT_CPU_PERCENT = 70


class MetricsApi(StrEnum):
    """The three APIs that autoscalers ask. Each can have one owner in a cluster."""

    RESOURCE = "metrics.k8s.io"  # CPU and memory; metrics-server's otherwise
    CUSTOM = "custom.metrics.k8s.io"  # figures of pods
    EXTERNAL = "external.metrics.k8s.io"  # figures of anything else, such as a queue; KEDA's otherwise


class PodMetric(StrEnum):
    """What a model's autoscaler can go by besides CPU; the values are names in `custom.metrics.k8s.io`."""

    REQUESTS_PER_SECOND = "model_requests_per_second"
    QUEUE_MILLISECONDS = "model_queue_milliseconds"
    GPU_PERCENT = "model_gpu_percent"


class VerticalMode(StrEnum):
    """What is done with a recommendation."""

    RECOMMEND = "recommend"  # it is shown, and that is all
    INITIAL = "initial"  # pods that start get it; those that run are left alone
    RESIZE = "resize"  # pods that run are resized in place, or evicted where that cannot be


class Sized(StrEnum):
    """What is recommended. Nothing recommends GPUs."""

    CPU = "cpu"
    MEMORY = "memory"


class MetricsServerSettings(Model):
    """metrics-server: `kubectl top`, and the CPU that autoscalers go by."""

    # With one, both pause for half a minute when its machine goes.
    replicas: Annotated[int, Field(ge=1, le=5)] = 1


class CustomMetricsSettings(Model):
    """prometheus-adapter: other figures for autoscalers, from a Prometheus."""

    prometheus_url: HttpUrl | None = None  # as a pod reaches it; None: the one of platform.monitoring
    # Each has one owner in a cluster: not what metricsServer, KEDA or another adapter owns.
    apis: Items[MetricsApi] = (MetricsApi.CUSTOM,)


class ProviderSettings(Model):
    """Somebody's own API for renting machines, behind Cluster Autoscaler's gRPC protocol."""

    address: HostPort  # as a pod reaches it
    secret: DnsName = "cluster-autoscaler-provider"  # in kube-system: tls.crt, tls.key, ca.crt


class SpareGroup(Model):
    """Machines that are alike and could be rented, in the order in which they would be."""

    name: Label
    machines: Annotated[Items[Label], Field(min_length=1)]  # as they will be called in metalml:machines


class ClusterAutoscalerSettings(Model):
    """Where more machines come from: from a provider by themselves, or from somebody who rents them."""

    provider: ProviderSettings | None = None
    spares: Items[SpareGroup] = ()


class VpaSettings(Model):
    """VerticalPodAutoscaler: how much CPU and memory pods should ask for. It has nothing to choose."""


class VerticalSettings(Model):
    """What the VerticalPodAutoscaler does for a model."""

    mode: VerticalMode = VerticalMode.RECOMMEND
    resources: Annotated[tuple[Sized, ...], Field(min_length=1)] = tuple(Sized)


class ExternalSettings(Model):
    """A figure that is not of the pods, such as the length of a queue."""

    metric: MetricName  # `x` where a recording rule of Prometheus is called `autoscaling:x`
    per_pod: Annotated[int, Field(ge=1)]  # as much of it as one pod is to have


class AutoscalingSettings(Model):
    """How many pods serve a model. It owns the number: `replicas` must not be given beside it.

    Of several figures the one that asks for most pods counts.
    """

    min: Annotated[int, Field(ge=0, le=MOST_REPLICAS)] = 1  # 0 where `external` can wake it
    max: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 3
    # Of resources.requests.cpu, on the pods' average; may be above 100 where limits leave room.
    # None: 70, where no other figure is given.
    cpu_percent: Annotated[int, Field(ge=1, le=1000)] | None = None
    requests_per_second: Annotated[int, Field(ge=1)] | None = None  # of one pod
    queue_milliseconds: Annotated[int, Field(ge=1)] | None = None  # that a request waits for its batch
    gpu_percent: Annotated[int, Field(ge=1, le=100)] | None = None  # for GPUs that are not shared
    external: ExternalSettings | None = None
    # How long the load must have been lower before a pod goes: to load the model again is slow.
    down_after_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    vertical: VerticalSettings | None = None  # None: nobody looks at the size of the pods

    @property
    def moves(self) -> bool:
        """Whether there is a number to choose."""
        return self.min < self.max

    @property
    def pod_metrics(self) -> dict[PodMetric, int]:
        """The figures of pods that it goes by besides CPU, and what each pod is to have of them."""
        given = {
            PodMetric.REQUESTS_PER_SECOND: self.requests_per_second,
            PodMetric.QUEUE_MILLISECONDS: self.queue_milliseconds,
            PodMetric.GPU_PERCENT: self.gpu_percent,
        }
        return {metric: target for metric, target in given.items() if target is not None}

    @property
    def cpu_target(self) -> int | None:
        """The percentage of the requested CPU that it goes by, or None."""
        if self.cpu_percent is None and not self.pod_metrics and self.external is None:
            return DEFAULT_CPU_PERCENT
        return self.cpu_percent

    @property
    def asks(self) -> tuple[MetricsApi, ...]:
        """The metrics APIs that it needs."""
        needs = {
            MetricsApi.RESOURCE: self.cpu_target is not None,
            MetricsApi.CUSTOM: bool(self.pod_metrics),
            MetricsApi.EXTERNAL: self.external is not None,
        }
        return tuple(api for api, needed in needs.items() if needed)
