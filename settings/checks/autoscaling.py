"""Rules about who decides how many pods there are and how large, and about who gives the figures."""

from collections.abc import Iterator
from pathlib import Path

from components import versions
from settings.autoscaling import AutoscalingSettings, MetricsApi, Sized, VerticalMode
from settings.checks.finding import duplicates, known, mistake
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.models import ModelSettings
from settings.paths import SettingPath, at, each
from settings.stack import Settings

# The first minor in which an autoscaler may go to no pod at all without a feature gate.
SCALES_TO_ZERO = 37
# What makes an API available, by the API.
OFFERED_BY = {
    MetricsApi.RESOURCE: "metricsServer: {}",
    MetricsApi.CUSTOM: "customMetrics: {prometheusUrl: ...}",
    MetricsApi.EXTERNAL: f"customMetrics: {{prometheusUrl: ..., apis: [{MetricsApi.EXTERNAL}]}}",
}


def _autoscaled(settings: Settings) -> Iterator[tuple[SettingPath, ModelSettings, AutoscalingSettings]]:
    for path, model in each(settings.models, at.models):
        if known(model, model.autoscaling) and model.autoscaling is not None:
            yield path, model, model.autoscaling


def _owners(settings: Settings) -> list[tuple[SettingPath, MetricsApi]]:
    """Each metrics API with the key that makes something its owner."""
    platform = settings.platform
    owners: list[tuple[SettingPath, MetricsApi]] = []
    if platform.metrics_server is not None:
        owners.append((at.platform.metrics_server, MetricsApi.RESOURCE))
    if platform.custom_metrics is not None:
        owners += each(platform.custom_metrics.apis, at.platform.custom_metrics.apis)
    return owners


def one_owner_of_each_metrics_api(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The second owner would take the API from the first, and with the removal of either it would be gone."""
    yield from duplicates(
        _owners(settings), "one owner of each metrics API", "leave it to one: remove it here, or there"
    )


def one_owner_of_replicas(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A fixed number would be set again with each change, under load."""
    for path, model, _scaling in _autoscaled(settings):
        if "replicas" in model.model_fields_set and known(model.replicas):
            yield mistake(
                path.replicas,
                f"{model.replicas}, beside autoscaling",
                "replicas or autoscaling: one of them owns the number of pods",
                "remove replicas (autoscaling.min is the least), or remove autoscaling",
            )


def least_and_most(settings: Settings, _: Path) -> Iterator[Mistake]:
    """An autoscaler with no number to choose is refused by the API server."""
    for path, _model, scaling in _autoscaled(settings):
        if known(scaling.min, scaling.max) and scaling.min > scaling.max:
            yield mistake(
                path.autoscaling.min,
                f"{scaling.min}, with a max of {scaling.max}",
                "at most autoscaling.max",
                "lower min or raise max",
            )


def nothing_without_a_wake_up(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Pods that are not there tell nobody of the requests that they would get."""
    for path, _model, scaling in _autoscaled(settings):
        if not known(scaling.min, scaling.external) or scaling.min > 0:
            continue
        minor = None
        if owned(settings, Layer.CLUSTER) and known(settings.cluster.kubernetes_version):
            minor = int(settings.cluster.kubernetes_version.split(".")[1])
        if scaling.external is None:
            yield mistake(
                path.autoscaling.min,
                "0, with figures that only running pods have",
                "1 or more; 0 with autoscaling.external, a figure that somebody else has, such as a queue",
                "add external, or raise min",
            )
        elif minor is not None and minor < SCALES_TO_ZERO:
            yield mistake(
                path.autoscaling.min,
                f"0, on Kubernetes {settings.cluster.kubernetes_version}",
                f"1 or more before Kubernetes 1.{SCALES_TO_ZERO}",
                "raise min, or cluster.kubernetesVersion",
            )


def something_measures(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Without figures an autoscaler stands still and says so only where nobody looks."""
    platform = settings.platform
    if not owned(settings, Layer.PLATFORM) or not known(
        platform, platform.metrics_server, platform.custom_metrics
    ):
        return
    offered = {api for _, api in _owners(settings)}
    if platform.vpa is not None and known(platform.vpa) and MetricsApi.RESOURCE not in offered:
        yield mistake(
            at.platform.vpa,
            "a VerticalPodAutoscaler, on a cluster where nothing measures the pods",
            f"vpa beside {OFFERED_BY[MetricsApi.RESOURCE]}",
            f"add {OFFERED_BY[MetricsApi.RESOURCE]}, or remove vpa",
        )
    for path, _model, scaling in _autoscaled(settings):
        if not known(*(getattr(scaling, name) for name in AutoscalingSettings.model_fields)):
            continue
        for api in scaling.asks:
            if api not in offered:
                yield mistake(
                    path.autoscaling,
                    f"figures of {api}, on a cluster where nobody gives them",
                    f"autoscaling by them with platform.{OFFERED_BY[api].partition(':')[0]}",
                    f"add {OFFERED_BY[api]} to metalml:platform, or scale by something else",
                )


def something_recommends(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A recommendation comes from the VerticalPodAutoscaler."""
    platform = settings.platform
    if not owned(settings, Layer.PLATFORM) or not known(platform, platform.vpa) or platform.vpa is not None:
        return
    for path, _model, scaling in _autoscaled(settings):
        if known(scaling.vertical) and scaling.vertical is not None:
            yield mistake(
                path.autoscaling.vertical,
                "a recommendation, on a cluster without the VerticalPodAutoscaler",
                "vertical with platform.vpa",
                "add vpa: {} to metalml:platform, or remove vertical",
            )


def no_fight_over_cpu(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The HPA goes by the share of the requested CPU that pods use: each new request would move it."""
    for path, _model, scaling in _autoscaled(settings):
        if not known(*(getattr(scaling, name) for name in AutoscalingSettings.model_fields)):
            continue
        vertical = scaling.vertical
        if vertical is None or not known(vertical.mode, vertical.resources):
            continue
        by_cpu = scaling.moves and scaling.cpu_target is not None
        if by_cpu and vertical.mode is not VerticalMode.RECOMMEND and Sized.CPU in vertical.resources:
            yield mistake(
                path.autoscaling.vertical.mode,
                f"{vertical.mode} for cpu, by which the number of pods is chosen too",
                f"{VerticalMode.RECOMMEND}, or resources: [{Sized.MEMORY}]",
                "let one of the two go by cpu",
            )


def one_source_of_machines(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A provider has groups of its own; a list of machines that it does not know would rent nothing."""
    path, more = at.platform.cluster_autoscaler, settings.platform.cluster_autoscaler
    if not known(more) or more is None or not known(more.provider, more.spares):
        return
    if (more.provider is None) == (not more.spares):
        yield mistake(
            path,
            "a provider and spares" if more.spares else "neither a provider nor spares",
            "provider, whose own API rents machines; or spares, a list of machines that somebody rents",
            "keep one of them" if more.spares else "add one of them, or remove clusterAutoscaler",
        )
    groups = list(each(more.spares, path.spares))
    yield from duplicates(
        ((place.name, group.name) for place, group in groups),
        "a name of its own",
        "rename one",
    )
    yield from duplicates(
        (entry for place, group in groups for entry in each(group.machines, place.machines)),
        "each machine once",
        "remove one: a machine can be rented once",
    )


def cluster_autoscaler_of_the_minor(settings: Settings, _: Path) -> Iterator[Mistake]:
    """It decides by the code of one scheduler; another minor's may put the pod elsewhere."""
    more, version = settings.platform.cluster_autoscaler, settings.cluster.kubernetes_version
    own_image = known(settings.images) and "cluster-autoscaler" in settings.images
    if own_image or not known(more, version) or more is None or not known(more.provider):
        return
    ours = versions.CLUSTER_AUTOSCALER
    if more.provider and owned(settings, Layer.CLUSTER) and ours.split(".")[1] != version.split(".")[1]:
        yield mistake(
            at.platform.cluster_autoscaler.provider,
            f"Cluster Autoscaler {ours}, on Kubernetes {version}",
            "both of the same minor",
            "name one of that minor as images.cluster-autoscaler",
        )


OF_PLATFORM = (
    one_owner_of_each_metrics_api,
    something_measures,
    one_source_of_machines,
    cluster_autoscaler_of_the_minor,
)
OF_MODELS = (
    one_owner_of_replicas,
    least_and_most,
    nothing_without_a_wake_up,
    something_recommends,
    no_fight_over_cpu,
)
