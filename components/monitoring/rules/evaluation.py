"""Alerts on the evaluation of a model: accuracy, drift, and missing evaluations."""

from collections.abc import Sequence

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity
from settings.evaluation import EvaluationSettings

# Missed evaluations before the alert fires.
MISSED = 3


def evaluation_groups(
    namespace: str,
    model: str,
    wanted: EvaluationSettings,
    *,
    team: str,
    tracks: Sequence[str],
) -> list[Group]:
    """The rule group of a model with evaluation."""
    return [
        Group(
            name=f"evaluation-{namespace}-{model}",
            rules=[alert for track in tracks for alert in _alerts(namespace, model, track, wanted, team)],
        )
    ]


def _alerts(namespace: str, model: str, track: str, wanted: EvaluationSettings, team: str) -> list[Alert]:
    selector = f'{{namespace="{namespace}",model="{model}",track="{track}"}}'
    whose = {"namespace": namespace, "model": model, "track": track}
    called = f"Model {model} ({track}) in {namespace}"
    too_long = MISSED * wanted.every_minutes
    found = [
        Alert(
            name="ModelAccuracyLow",
            # Without `for`: every evaluation uses the same samples, so one is enough.
            expr=f"ml_model_accuracy{selector} < {wanted.accuracy:g}",
            severity=Severity.CRITICAL,
            team=team,
            labels=whose,
            summary=f"{called} answers too much wrongly",
            description=(
                "Of the samples of slice {{ $labels.slice }} {{ $value | humanizePercentage }} are right, "
                f"where {100 * wanted.accuracy:.4g} % were to be."
            ),
            dashboard="models",
        ),
        Alert(
            name="ModelEvaluationMissing",
            expr=(
                f"time() - ml_model_evaluation_timestamp_seconds{selector} > {60 * too_long}"
                f" or absent_over_time(ml_model_evaluation_timestamp_seconds{selector}[{too_long}m])"
            ),
            # A new model has no evaluation yet.
            for_=f"{too_long}m",
            severity=Severity.WARNING,
            team=team,
            labels=whose,
            summary=f"{called} is not evaluated",
            description=f"Nothing was heard for {MISSED} evaluations: nobody knows how good its answers are.",
            dashboard="models",
        ),
    ]
    if wanted.drift is not None:
        found.append(
            Alert(
                name="ModelDrift",
                expr=f"ml_model_drift{selector} > {wanted.drift:g}",
                severity=Severity.WARNING,
                team=team,
                labels=whose,
                summary=f"The answers of {called[0].lower()}{called[1:]} drift away from the labels",
                description=(
                    "Their distance is {{ $value | humanize }}, from 0 to 1; "
                    f"up to {wanted.drift:g} was allowed."
                ),
                dashboard="models",
            )
        )
    return found
