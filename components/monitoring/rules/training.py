"""Alerts on training Jobs: failed, without progress, or diverged.

The training programs export step and loss themselves (docs/training.md).
"""

from collections.abc import Iterable

from components.monitoring.rules.values import Alert, Group, team_of_namespace
from settings.alerts import Severity

_JOB = "{{ $labels.namespace }}/{{ $labels.job_name }}"


def training_groups(teams: Iterable[str]) -> list[Group]:
    """The rule group of training Jobs."""
    team = team_of_namespace(teams)
    trainings = 'kube_job_labels{label_app_kubernetes_io_component="training"}'
    # Pushed metrics have the label `job`, kube-state-metrics' have `job_name`.
    running = 'label_replace(kube_job_status_active > 0, "job", "$1", "job_name", "(.+)")'
    reported = "{{ $labels.namespace }}/{{ $labels.job }}"
    return [
        Group(
            name="training",
            rules=[
                Alert(
                    name="TrainingFailed",
                    expr=f'kube_job_failed{{condition="true"}} == 1 and on (namespace, job_name) {trainings}',
                    severity=Severity.WARNING,
                    team=team,
                    summary=f"Training {_JOB} has failed",
                    description="A worker failed more often than `retries` allows. Its checkpoints are kept.",
                    dashboard="training",
                ),
                Alert(
                    name="TrainingStalled",
                    expr=f"changes(training_step[30m]) == 0 and on (namespace, job) {running}",
                    for_="5m",
                    severity=Severity.WARNING,
                    team=team,
                    summary=f"Training {reported} stands still",
                    description="Its workers run, and its step has been the same for half an hour.",
                    dashboard="training",
                ),
                Alert(
                    name="TrainingDiverged",
                    # Only NaN is not equal to itself.
                    expr=(
                        "(training_loss != training_loss or abs(training_loss) == Inf)"
                        f" and on (namespace, job) {running}"
                    ),
                    for_="2m",
                    severity=Severity.WARNING,
                    team=team,
                    summary=f"The loss of training {reported} is no number any more",
                    description="It is {{ $value }}: what is computed from here on is worth nothing.",
                    dashboard="training",
                ),
            ],
        )
    ]
