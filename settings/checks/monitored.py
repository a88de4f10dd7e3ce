"""Rules about what models and trainings want of monitoring, and about alerts of the settings."""

from collections.abc import Iterator
from pathlib import Path

from settings.alerts import RUNBOOKS
from settings.checks.finding import duplicates, is_file, known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.samples import LARGEST_BYTES, read_samples
from settings.stack import Settings


def somebody_looks(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What is to be judged has to be seen; without Prometheus nobody would ever hear."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.monitoring):
        return
    if settings.platform.monitoring is not None:
        return
    wanted = [
        (f"models[{index}].{key}", given)
        for index, model in enumerate(settings.models)
        for key, given in (("objectives", model.objectives), ("evaluation", model.evaluation))
    ]
    wanted += [
        (f"models[{index}].rollout.tracks[{number}].gate", track.gate)
        for index, model in enumerate(settings.models)
        if known(model.rollout, model.rollout.tracks, *model.rollout.tracks)
        for number, track in enumerate(model.rollout.tracks)
    ]
    wanted += [
        (f"training[{index}].reports", job.reports or None) for index, job in enumerate(settings.training)
    ]
    for path, given in wanted:
        if present(given):
            yield mistake(
                path,
                "given, without platform.monitoring",
                "with platform.monitoring",
                "add monitoring: {} to the platform, or leave it out",
            )


def own_alerts(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Two alerts of one name are one for whoever is told."""
    monitoring = settings.platform.monitoring
    if not present(monitoring) or monitoring is None or not known(monitoring.rules):
        return
    entries = [
        (f"platform.monitoring.rules.alerts[{index}].name", alert.name)
        for index, alert in enumerate(monitoring.rules.alerts)
    ]
    ours = {page.stem for page in RUNBOOKS.glob("*.md")}
    for path, name in entries:
        if name in ours:
            yield mistake(
                path, name, "a name that none of ours has: docs/runbooks lists them", "choose another name"
            )
    yield from duplicates(entries, "each name once", "rename one")


def samples_readable(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """An evaluation that cannot read its samples would fail on the cluster, every time."""
    for index, model in enumerate(settings.models):
        if not present(model.evaluation) or model.evaluation is None or not known(model.evaluation.samples):
            continue
        path, given = f"models[{index}].evaluation.samples", model.evaluation.samples
        file = directory / Path(given).expanduser()
        allowed = 'lines like {"instance": 1.0, "label": 2.5}: docs/evaluation.md'
        if not is_file(file):
            yield mistake(
                path, f"{given}, which is not a file", "a file on this computer", "correct the path"
            )
            continue
        try:
            text = file.read_text()
            read_samples(text)
        except (OSError, ValueError) as error:
            yield mistake(path, f"{given}: {error}", allowed, "correct that line")
            continue
        if len(text.encode()) > LARGEST_BYTES:
            yield mistake(
                path,
                f"{given}, of {len(text.encode())} bytes",
                f"at most {LARGEST_BYTES} bytes: a ConfigMap takes no more",
                "choose fewer samples",
            )


OF_PLATFORM = (own_alerts,)
OF_MODELS = (somebody_looks, samples_readable)
