"""The dashboard of training jobs."""

from components.monitoring.dashboards.links import TRAINING
from components.monitoring.dashboards.vocabulary import (
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Thresholds,
    Unit,
    Variable,
)

# The training Jobs of this program, by their label.
TRAININGS = 'label_app_kubernetes_io_component="training"'
CHOSEN = f'kube_job_labels{{{TRAININGS},namespace=~"$namespace",job_name=~"$job"}}'
# Pushed metrics have the label `job`, kube-state-metrics' have `job_name`.
REPORTED = '{namespace=~"$namespace",job=~"$job"}'
# Names of pods begin with the name of their Job.
PODS = 'namespace=~"$namespace",pod=~"($job)-.+"'
WORKERS = f'{{{PODS},container="worker"}}'
ONE_JOB = "{{namespace}} {{job}}"
ONE_POD = "{{namespace}} {{pod}}"


def training() -> Dashboard:
    """Training Jobs: status, progress and resource usage."""
    return Dashboard(
        uid=TRAINING,
        title="Training",
        variables=[
            Variable(
                name="namespace",
                title="Namespace",
                series=f"kube_job_labels{{{TRAININGS}}}",
                label="namespace",
            ),
            Variable(
                name="job",
                title="Job",
                series=f'kube_job_labels{{{TRAININGS},namespace=~"$namespace"}}',
                label="job_name",
            ),
        ],
        rows=[_jobs(), _progress(), _use()],
        hours=24,
    )


def _of_jobs(expression: str) -> str:
    """PromQL: a metric of kube-state-metrics for training Jobs, by Job."""
    chosen = f"max by (namespace, job_name) ({CHOSEN})"
    return f"sum by (namespace, job_name) ({expression}) * on (namespace, job_name) {chosen}"


def _jobs() -> Row:
    def stat(title: str, status: str, thresholds: Thresholds) -> Panel:
        query = Query(expression=f"sum({_of_jobs(f'kube_job_status_{status}')})")
        return Panel(kind=Kind.STAT, title=title, queries=[query], thresholds=thresholds, width=4)

    def column(title: str, expression: str, unit: Unit | None = None) -> Query:
        return Query(expression=_of_jobs(expression), legend=title, unit=unit)

    good, bad = Thresholds(), Thresholds(steps=((1, "red"),))
    began, ended = "kube_job_status_start_time", "kube_job_status_completion_time"
    return Row(
        title="Jobs",
        panels=[
            stat("Workers that run", "active", good),
            stat("Workers that are done", "succeeded", good),
            stat("Workers that failed", "failed", bad),
            Panel(
                kind=Kind.TABLE,
                title="Jobs",
                queries=[
                    column("Running", "kube_job_status_active"),
                    column("Done", "kube_job_status_succeeded"),
                    column("Failed", "kube_job_status_failed"),
                    column("Time", f"{ended} - {began} or time() - {began}", Unit.SECONDS),
                ],
            ),
        ],
    )


def _progress() -> Row:
    def lines(title: str, expression: str, unit: Unit = Unit.COUNT) -> Panel:
        query = Query(expression=expression, legend=ONE_JOB)
        return Panel(kind=Kind.TIMESERIES, title=title, queries=[query], unit=unit, width=8)

    return Row(
        title="Progress",
        panels=[
            lines("Loss", f"training_loss{REPORTED}"),
            lines("Step", f"training_step{REPORTED}"),
            # After a restart the step returns to that of the last checkpoint: ignore the negative slope.
            lines("Steps a second", f"clamp_min(deriv(training_step{REPORTED}[5m]), 0)", Unit.PER_SECOND),
        ],
    )


def _use() -> Row:
    def lines(title: str, expression: str, unit: Unit = Unit.COUNT) -> Panel:
        query = Query(expression=f"sum by (namespace, pod) ({expression})", legend=ONE_POD)
        return Panel(kind=Kind.TIMESERIES, title=title, queries=[query], unit=unit, width=8)

    return Row(
        title="What it takes",
        panels=[
            lines("CPU cores in use", f"rate(container_cpu_usage_seconds_total{WORKERS}[$__rate_interval])"),
            lines("Memory in use", f"container_memory_working_set_bytes{WORKERS}", Unit.BYTES),
            lines("GPUs in use", f"DCGM_FI_DEV_GPU_UTIL{{{PODS}}} / 100"),
        ],
    )
