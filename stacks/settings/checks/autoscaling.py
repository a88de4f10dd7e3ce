"""Rules about who decides how many pods there are, and by which figures."""

from collections.abc import Iterator
from pathlib import Path

from components.autoscaling.vertical import Sized, VerticalMode
from stacks.settings.checks.finding import known, mistake
from stacks.settings.checks.layers import owned
from stacks.settings.errors import Mistake
from stacks.settings.layers import Layer
from stacks.settings.models import ModelSettings
from stacks.settings.stack import Settings


def _autoscaled(settings: Settings) -> Iterator[tuple[str, ModelSettings]]:
    for index, model in enumerate(settings.models):
        if known(model, model.autoscaling) and model.autoscaling is not None:
            yield f"models[{index}]", model


def one_owner_of_replicas(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A fixed number would be set again with each change, under load."""
    for path, model in _autoscaled(settings):
        if "replicas" in model.model_fields_set and known(model.replicas):
            yield mistake(
                f"{path}.replicas",
                f"{model.replicas}, beside autoscaling",
                "replicas or autoscaling: one of them owns the number of pods",
                "remove replicas (autoscaling.min is the least), or remove autoscaling",
            )


def least_and_most(settings: Settings, _: Path) -> Iterator[Mistake]:
    """An autoscaler with no number to choose is refused by the API server."""
    for path, model in _autoscaled(settings):
        scaling = model.autoscaling
        if scaling is not None and known(scaling.min, scaling.max) and scaling.min > scaling.max:
            yield mistake(
                f"{path}.autoscaling.min",
                f"{scaling.min}, with a max of {scaling.max}",
                "at most autoscaling.max",
                "lower min or raise max",
            )


def something_measures(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Without figures an autoscaler stands still and says so only where nobody looks."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.metrics_server):
        return
    if settings.platform.metrics_server is not None:
        return
    for path, _model in _autoscaled(settings):
        yield mistake(
            f"{path}.autoscaling",
            "an autoscaler, on a cluster where nothing measures the pods",
            "autoscaling with platform.metricsServer",
            "add metricsServer: {} to metalml:platform, or remove autoscaling",
        )


def something_recommends(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A recommendation comes from the VerticalPodAutoscaler, which learns from metrics-server."""
    platform = settings.platform
    if not owned(settings, Layer.PLATFORM) or not known(platform, platform.vpa, platform.metrics_server):
        return
    if platform.vpa is not None and platform.metrics_server is None:
        yield mistake(
            "platform.vpa",
            "a VerticalPodAutoscaler, on a cluster where nothing measures the pods",
            "vpa with platform.metricsServer",
            "add metricsServer: {}, or remove vpa",
        )
    for path, model in _autoscaled(settings):
        scaling = model.autoscaling
        if scaling is None or not known(scaling.vertical) or scaling.vertical is None:
            continue
        if platform.vpa is None:
            yield mistake(
                f"{path}.autoscaling.vertical",
                "a recommendation, on a cluster without the VerticalPodAutoscaler",
                "vertical with platform.vpa",
                "add vpa: {} to metalml:platform, or remove vertical",
            )


def no_fight_over_cpu(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The HPA goes by the share of the requested CPU that pods use: each new request would move it."""
    for path, model in _autoscaled(settings):
        scaling = model.autoscaling
        if scaling is None or not known(scaling.min, scaling.max, scaling.vertical) or not scaling.moves:
            continue
        vertical = scaling.vertical
        if vertical is None or not known(vertical.mode, vertical.resources):
            continue
        if vertical.mode is not VerticalMode.RECOMMEND and Sized.CPU in vertical.resources:
            yield mistake(
                f"{path}.autoscaling.vertical.mode",
                f"{vertical.mode} for cpu, by which the number of pods is chosen too",
                f"{VerticalMode.RECOMMEND}, or resources: [{Sized.MEMORY}]",
                "let one of the two go by cpu",
            )


CHECKS = (
    one_owner_of_replicas,
    least_and_most,
    something_measures,
    something_recommends,
    no_fight_over_cpu,
)
