"""How good a model has to be, and that it is known how good it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

# Evaluations that may be missing before somebody hears of it.
MISSED = 3


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Shares, from 0 to 1."""

    accuracy: float
    """Of the samples, at least, in each slice."""
    drift: float | None = None
    """At most; None: it is measured, and nobody hears of it."""

    def __post_init__(self) -> None:
        for name, value in (("accuracy", self.accuracy), ("drift", self.drift)):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} {value} must be a share, from 0 to 1")


def evaluation_groups(
    namespace: str,
    model: str,
    thresholds: Thresholds,
    *,
    every_minutes: int,
    team: str,
    tracks: Sequence[str],
) -> list[Group]:
    """The group of one model that is evaluated every so many minutes."""
    return [
        Group(
            name=f"evaluation-{namespace}-{model}",
            rules=[
                alert
                for track in tracks
                for alert in _alerts(namespace, model, track, thresholds, every_minutes, team)
            ],
        )
    ]


def _alerts(
    namespace: str, model: str, track: str, thresholds: Thresholds, every_minutes: int, team: str
) -> list[Alert]:
    selector = f'{{namespace="{namespace}",model="{model}",track="{track}"}}'
    whose = {"namespace": namespace, "model": model, "track": track}
    called = f"Model {model} ({track}) in {namespace}"
    too_long = MISSED * every_minutes
    found = [
        Alert(
            name="ModelAccuracyLow",
            # One evaluation is enough: the samples are the same each time.
            expr=f"ml_model_accuracy{selector} < {thresholds.accuracy:g}",
            severity=Severity.CRITICAL,
            team=team,
            labels=whose,
            summary=f"{called} answers too much wrongly",
            description=(
                "Of the samples of slice {{ $labels.slice }} {{ $value | humanizePercentage }} are right, "
                f"where {100 * thresholds.accuracy:.4g} % were to be."
            ),
            dashboard="models",
        ),
        Alert(
            name="ModelEvaluationMissing",
            expr=(
                f"time() - ml_model_evaluation_timestamp_seconds{selector} > {60 * too_long}"
                f" or absent_over_time(ml_model_evaluation_timestamp_seconds{selector}[{too_long}m])"
            ),
            # What has just been set up has not been evaluated yet.
            holds=f"{too_long}m",
            severity=Severity.WARNING,
            team=team,
            labels=whose,
            summary=f"{called} is not evaluated",
            description=f"Nothing was heard for {MISSED} evaluations: nobody knows how good its answers are.",
            dashboard="models",
        ),
    ]
    if thresholds.drift is not None:
        found.append(
            Alert(
                name="ModelDrift",
                expr=f"ml_model_drift{selector} > {thresholds.drift:g}",
                severity=Severity.WARNING,
                team=team,
                labels=whose,
                summary=f"The answers of {called[0].lower()}{called[1:]} drift away from the labels",
                description=(
                    "Their distance is {{ $value | humanize }}, from 0 to 1; "
                    f"up to {thresholds.drift:g} was allowed."
                ),
                dashboard="models",
            )
        )
    return found
