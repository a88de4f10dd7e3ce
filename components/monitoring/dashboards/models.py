"""The dashboard of served models: requests, objectives, tracks, evaluation and servers."""

from components.monitoring.dashboards.links import MODELS
from components.monitoring.dashboards.vocabulary import (
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Thresholds,
    Unit,
    Variable,
    alarming,
)
from components.monitoring.rules.burn_rate import ALLOWED, AVAILABILITY, LATENCY

CHOSEN = '{namespace=~"$namespace",model=~"$model",track=~"$track"}'
# The info metric: 1 per Deployment, with the labels to join on.
DEPLOYMENTS = f"model:deployment:info{CHOSEN}"
ONE_TRACK = "{{model}} {{track}}"
BY = "namespace, model, track"
# The period of objectives. With a shorter retention of Prometheus, the retention is the period.
PERIOD = "30d"
# TensorFlow Serving's latencies are in microseconds.
SECOND = 1_000_000


def models() -> Dashboard:
    """The selected models, by track."""
    requests = "model:requests:rate5m"
    in_namespace = f'{requests}{{namespace=~"$namespace"}}'
    of_model = f'{requests}{{namespace=~"$namespace",model=~"$model"}}'
    return Dashboard(
        uid=MODELS,
        title="Models",
        variables=[
            Variable(name="namespace", title="Namespace", series=requests, label="namespace"),
            Variable(name="model", title="Model", series=in_namespace, label="model"),
            Variable(name="track", title="Track", series=of_model, label="track"),
        ],
        rows=[_now(), _requests(), _objectives(), _tracks(), _answers(), _server()],
    )


def _lines(
    title: str, *queries: tuple[str, str], unit: Unit = Unit.COUNT, description: str = "", width: int = 8
) -> Panel:
    return Panel(
        kind=Kind.TIMESERIES,
        title=title,
        queries=[Query(expression=expression, legend=legend) for expression, legend in queries],
        unit=unit,
        description=description,
        width=width,
    )


def _pods(metric: str) -> str:
    """PromQL: `kube_deployment_<metric>` of the models' Deployments, by track."""
    series = f"max by (namespace, deployment) (kube_deployment_{metric})"
    return f"max by ({BY}) ({DEPLOYMENTS} * on (namespace, deployment) group_left () {series})"


def _now() -> Row:
    asked = f"model:requests:rate5m{CHOSEN}"
    return Row(
        title="Now",
        panels=[
            Panel(
                kind=Kind.STAT,
                title="Requests",
                queries=[Query(expression=f"sum({asked})")],
                unit=Unit.REQUESTS_PER_SECOND,
                width=6,
            ),
            Panel(
                kind=Kind.STAT,
                title="Share of errors",
                queries=[Query(expression=f"sum(model:errors:rate5m{CHOSEN}) / (sum({asked}) > 0)")],
                unit=Unit.SHARE,
                thresholds=alarming(0.001, 0.01),
                width=6,
            ),
            Panel(
                kind=Kind.STAT,
                title="Slowest track, 95th percentile",
                queries=[Query(expression=f"max(model:latency_seconds:p95{CHOSEN} > 0)")],
                unit=Unit.SECONDS,
                width=6,
            ),
            Panel(
                kind=Kind.STAT,
                title="Pods that are not there",
                queries=[Query(expression=f"sum({_pods('status_replicas_unavailable')})")],
                thresholds=alarming(1, 2),
                width=6,
            ),
        ],
    )


def _requests() -> Row:
    def percentile(name: str) -> tuple[str, str]:
        return f"model:latency_seconds:{name}{CHOSEN}", f"{ONE_TRACK} {name}"

    return Row(
        title="Requests",
        panels=[
            _lines("Rate", (f"model:requests:rate5m{CHOSEN}", ONE_TRACK), unit=Unit.REQUESTS_PER_SECOND),
            _lines(
                "Errors",
                (f"model:errors:ratio_rate5m{CHOSEN}", ONE_TRACK),
                unit=Unit.SHARE,
                description="Without those that are the caller's fault.",
            ),
            _lines(
                "Latency",
                percentile("p50"),
                percentile("p95"),
                percentile("p99"),
                unit=Unit.SECONDS,
                description="Of requests that were answered; what failed is not measured.",
            ),
        ],
    )


def _objectives() -> Row:
    def left(title: str, objective: str, bad: str, what: str) -> Panel:
        asked, wrong = (
            f"sum_over_time({series}{CHOSEN}[{PERIOD}])" for series in ("model:requests:rate5m", bad)
        )
        # An instant query, no time series: each of its points would aggregate a month.
        return Panel(
            kind=Kind.STAT,
            title=title,
            queries=[
                Query(
                    expression=f"1 - {wrong} / on ({BY}) ({asked} > 0) {_of_allowed(objective)}",
                    legend=ONE_TRACK,
                )
            ],
            unit=Unit.SHARE,
            description=f"Of what the objective lets {what} in {PERIOD}. Below 0 it is broken.",
            thresholds=Thresholds(low="red", steps=((0, "orange"), (0.2, "green"))),
            width=6,
        )

    def rate(window: str) -> tuple[str, str]:
        share = f"model:errors:ratio_rate{window}{CHOSEN}"
        return f"{share} {_of_allowed(AVAILABILITY)}", f"{ONE_TRACK} {window}"

    return Row(
        title="Objectives",
        panels=[
            left("Failures left", AVAILABILITY, "model:errors:rate5m", "fail"),
            left("Slow answers left", LATENCY, "model:slow:rate5m", "be slow"),
            _lines(
                "Burn rate of failures",
                rate("1h"),
                rate("6h"),
                description=f"At 1, what may fail in {PERIOD} lasts just as long.",
                width=12,
            ),
        ],
    )


def _of_allowed(objective: str) -> str:
    """PromQL: a divisor, the allowed error ratio of the objective; no result for models without one."""
    allowed = f'{ALLOWED}{{objective="{objective}",namespace=~"$namespace",model=~"$model"}}'
    return f"/ on (namespace, model) group_left () max by (namespace, model) ({allowed})"


def _tracks() -> Row:
    asked = f"model:requests:rate5m{CHOSEN}"
    # Of all tracks, including those that are not selected.
    of_model = 'sum by (namespace, model) (model:requests:rate5m{namespace=~"$namespace",model=~"$model"})'
    loaded = f"tensorflow_cc_saved_model_load_attempt_count{CHOSEN}"

    def column(title: str, name: str) -> Query:
        return Query(expression=_pods(name), legend=title)

    return Row(
        title="Versions and rollout",
        panels=[
            _lines(
                "Share of each track",
                (f"{asked} / on (namespace, model) group_left () ({of_model} > 0)", ONE_TRACK),
                unit=Unit.SHARE,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Pods",
                queries=[
                    column("Wanted", "spec_replicas"),
                    column("Of the new version", "status_replicas_updated"),
                    column("Ready", "status_replicas_ready"),
                ],
                description="A rollout is over when the three are the same.",
                width=8,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Versions that were loaded",
                queries=[
                    Query(
                        expression=f"sum by ({BY}, model_path, status) ({loaded})",
                        legend="Times",
                    )
                ],
                description="The last part of the path is the version.",
                width=8,
            ),
            _lines("Pods that are ready", (_pods("status_replicas_ready"), ONE_TRACK)),
            _lines(
                "Restarts",
                (
                    "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total"
                    '{namespace=~"$namespace",pod=~"($model)-.+"}[$__rate_interval]))',
                    "{{namespace}} {{pod}}",
                ),
            ),
        ],
    )


def _answers() -> Row:
    return Row(
        title="Answers",
        panels=[
            _lines(
                "Accuracy",
                (f"ml_model_accuracy{CHOSEN}", f"{ONE_TRACK} {{{{slice}}}}"),
                unit=Unit.SHARE,
                description="Share of labelled samples that were answered rightly at the last evaluation.",
                width=12,
            ),
            _lines(
                "Drift",
                (f"ml_model_drift{CHOSEN}", ONE_TRACK),
                description="How far what it answers now is from what it answered when it was accepted.",
                width=12,
            ),
        ],
    )


def _server() -> Row:
    queue = "tensorflow_serving_batching_session_queuing_latency"
    container = '{namespace=~"$namespace",pod=~"($model)-.+",container="model-server"}'

    def mean(series: str) -> str:
        total, number = (
            f"sum by ({BY}) (rate({series}_{part}{CHOSEN}[$__rate_interval]))" for part in ("sum", "count")
        )
        return f"{total} / ({number} > 0)"

    def by_pod(expression: str) -> tuple[str, str]:
        return f"sum by (namespace, pod) ({expression})", "{{namespace}} {{pod}}"

    return Row(
        title="Inside the server",
        panels=[
            _lines(
                "Time in the model",
                (f"{mean('tensorflow_serving_runtime_latency')} / {SECOND}", ONE_TRACK),
                unit=Unit.SECONDS,
                description="Mean. What is left of the latency is reading, writing and waiting.",
            ),
            _lines(
                "Time in the queue",
                (f"{mean(queue)} / {SECOND}", ONE_TRACK),
                unit=Unit.SECONDS,
                description="Mean time that a request waits for its batch to be full; with batching only.",
            ),
            _lines(
                "Examples in a request",
                (mean("tensorflow_serving_request_example_counts"), ONE_TRACK),
                description="Mean; of the batch that the caller sent.",
            ),
            _lines(
                "CPU cores in use",
                by_pod(f"rate(container_cpu_usage_seconds_total{container}[$__rate_interval])"),
            ),
            _lines(
                "Memory in use",
                by_pod(f"container_memory_working_set_bytes{container}"),
                unit=Unit.BYTES,
                description="A new version is loaded before the old one is dropped.",
            ),
            _lines(
                "GPUs in use",
                by_pod('DCGM_FI_DEV_GPU_UTIL{namespace=~"$namespace",pod=~"($model)-.+"} / 100'),
            ),
        ],
    )
