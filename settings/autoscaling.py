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

    RESOURCE = "metrics.k8s.io"
    """CPU and memory; metrics-server's otherwise."""
    CUSTOM = "custom.metrics.k8s.io"
    """Figures of pods."""
    EXTERNAL = "external.metrics.k8s.io"
    """Figures of anything else, such as a queue; KEDA's otherwise."""


class PodMetric(StrEnum):
    """What a model's autoscaler can go by besides CPU; the values are names in `custom.metrics.k8s.io`."""

    REQUESTS_PER_SECOND = "model_requests_per_second"
    QUEUE_MILLISECONDS = "model_queue_milliseconds"
    GPU_PERCENT = "model_gpu_percent"


class VerticalMode(StrEnum):
    """What is done with a recommendation."""

    RECOMMEND = "recommend"
    """It is shown, and that is all."""
    INITIAL = "initial"
    """Pods that start get it; those that run are left alone."""
    RESIZE = "resize"
    """Pods that run are resized in place, or evicted where that cannot be."""


class Sized(StrEnum):
    """What is recommended. Nothing recommends GPUs."""

    CPU = "cpu"
    MEMORY = "memory"


class MetricsServerSettings(Model):
    """metrics-server: `kubectl top`, and the CPU that autoscalers go by."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 1
    """Pods of metrics-server. With one, figures pause for half a minute when its machine goes."""


class CustomMetricsSettings(Model):
    """prometheus-adapter: other figures for autoscalers, from a Prometheus."""

    prometheus_url: HttpUrl | None = None
    """Address of a Prometheus that scrapes the models, as a pod reaches it.

    `null`: the one of `platform.monitoring`, which is then required.
    """

    apis: Items[MetricsApi] = (MetricsApi.CUSTOM,)
    """The APIs that prometheus-adapter owns.

    Each has one owner in a cluster: not what `metricsServer`, KEDA or another adapter owns.
    """


class ProviderSettings(Model):
    """Somebody's own API for renting machines, behind Cluster Autoscaler's gRPC protocol."""

    address: HostPort
    """Where it answers, as a pod reaches it."""

    secret: DnsName = "cluster-autoscaler-provider"
    """Name of a Secret in `kube-system` with `tls.crt`, `tls.key` and `ca.crt`.

    You make it by hand: keys do not belong in settings.
    """


class SpareGroup(Model):
    """Machines that are alike and could be rented, in the order in which they would be."""

    name: Label
    """Name of the group, in the output `machinesToRent`."""

    machines: Annotated[Items[Label], Field(min_length=1)]
    """The machines, as they will be called in `metalml:machines`. Each is in one group."""


class ClusterAutoscalerSettings(Model):
    """Where more machines come from.

    Either `provider` rents them by itself, or `spares` lists them for somebody who does.
    """

    provider: ProviderSettings | None = None
    """An API that rents machines, for Cluster Autoscaler of the cluster's own minor version.

    `null`: there is none.
    """

    spares: Items[SpareGroup] = ()
    """Machines that somebody rents when the output `machinesToRent` names them. Empty: none."""


class VpaSettings(Model):
    """VerticalPodAutoscaler: how much CPU and memory pods should ask for. It has nothing to choose."""


class VerticalSettings(Model):
    """What the VerticalPodAutoscaler does for a model."""

    mode: VerticalMode = VerticalMode.RECOMMEND
    """What is done with the recommendation.

    `initial` and `resize` of `cpu` are refused beside an autoscaler that goes by CPU: the two would fight.
    """

    resources: Annotated[tuple[Sized, ...], Field(min_length=1)] = tuple(Sized)
    """What is recommended. Nothing recommends GPUs."""


class ExternalSettings(Model):
    """A figure that is not of the pods, such as the length of a queue."""

    metric: MetricName
    """Name of the figure: `x` where a recording rule of Prometheus is called `autoscaling:x`."""

    per_pod: Annotated[int, Field(ge=1)]
    """How much of it one pod is to have."""


class AutoscalingSettings(Model):
    """How many pods serve a model. It owns the number: `replicas` must not be given beside it.

    Of several figures the one that asks for most pods counts. Whoever gives a figure has to be on the
    platform: docs/autoscaling.md.
    """

    min: Annotated[int, Field(ge=0, le=MOST_REPLICAS)] = 1
    """Pods at least. 0 only with `external`, which can wake the model, and from Kubernetes 1.37 on."""

    max: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 3
    """Pods at most. The same as `min`: their number is fixed, and `vertical` still recommends."""

    cpu_percent: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Percent of `resources.requests.cpu` that pods use on average; above 100 where limits leave room.

    `null`: 70 where no other figure is given, else CPU does not count.
    """

    requests_per_second: Annotated[int, Field(ge=1)] | None = None
    """Predictions a second that one pod answers. `null`: they do not count."""

    queue_milliseconds: Annotated[int, Field(ge=1)] | None = None
    """Milliseconds that a request waits for its batch. `null`: they do not count."""

    gpu_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """Percent that a pod's GPU is busy, for GPUs that are not shared. `null`: they do not count."""

    external: ExternalSettings | None = None
    """A figure that is not of the pods. `null`: none counts."""

    down_after_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long the load must have been lower before a pod goes: to load the model again is slow."""

    vertical: VerticalSettings | None = None
    """How large the pods should be. `null`: nobody looks at their size."""

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
