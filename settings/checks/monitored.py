"""Rules about what models and trainings want of monitoring, and about alerts of the settings."""

from collections.abc import Iterator
from pathlib import Path

from settings.alerts import RUNBOOKS
from settings.checks.finding import duplicates, is_file, known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.layers import Layer
from settings.paths import at, each
from settings.samples import LARGEST_BYTES, read_samples
from settings.stack import Settings


def somebody_looks(settings: Settings, _: Path) -> Iterator[Mistake]:
    """What is to be judged has to be seen; without Prometheus nobody would ever hear."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.monitoring):
        return
    if settings.platform.monitoring is not None:
        return
    wanted = [
        entry
        for path, model in each(settings.models, at.models)
        for entry in ((path.objectives, model.objectives), (path.evaluation, model.evaluation))
    ]
    wanted += [
        (place.gate, track.gate)
        for path, model in each(settings.models, at.models)
        if known(model.rollout, model.rollout.tracks, *model.rollout.tracks)
        for place, track in each(model.rollout.tracks, path.rollout.tracks)
    ]
    wanted += [(path.reports, job.reports or None) for path, job in each(settings.training, at.training)]
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
        (path.name, alert.name)
        for path, alert in each(monitoring.rules.alerts, at.platform.monitoring.rules.alerts)
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
    for path, model in each(settings.models, at.models):
        if not present(model.evaluation) or model.evaluation is None or not known(model.evaluation.samples):
            continue
        place, given = path.evaluation.samples, model.evaluation.samples
        file = directory / Path(given).expanduser()
        allowed = 'lines like {"instance": 1.0, "label": 2.5}: docs/evaluation.md'
        if not is_file(file):
            yield mistake(
                place, f"{given}, which is not a file", "a file on this computer", "correct the path"
            )
            continue
        try:
            text = file.read_text()
            read_samples(text)
        except (OSError, ValueError) as error:
            yield mistake(place, f"{given}: {error}", allowed, "correct that line")
            continue
        if len(text.encode()) > LARGEST_BYTES:
            yield mistake(
                place,
                f"{given}, of {len(text.encode())} bytes",
                f"at most {LARGEST_BYTES} bytes: a ConfigMap takes no more",
                "choose fewer samples",
            )


OF_PLATFORM = (own_alerts,)
OF_MODELS = (somebody_looks, samples_readable)
