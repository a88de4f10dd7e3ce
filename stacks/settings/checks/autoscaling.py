"""Rules about who decides how many pods there are, and by which figures."""

from collections.abc import Iterator
from pathlib import Path

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


CHECKS = (one_owner_of_replicas, least_and_most, something_measures)
