"""Recording rules of all models, and the alerts that need no objective.

TensorFlow Serving exports request counts by status, and the latency of successful requests. Probes count as
requests, too, but without the label API: with them, a model that fails all predictions would look half well.
"""

from collections.abc import Iterable

from components.monitoring.rules.values import Alert, Group, Record, team_of_namespace
from settings.alerts import Severity

BY = "namespace, model, track"
# Success, and client errors, which say nothing about the model. A probe of a model that still loads:
# NOT_FOUND.
CLIENTS_FAULT = "OK|NOT_FOUND|INVALID_ARGUMENT"
# Windows of the ratios for burn rates (burn_rate.py); that of 5m is computed from the scraped metrics.
LONG_WINDOWS = ("30m", "1h", "6h", "3d")
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MICROSECONDS = "1e6"

_ANSWERED = 'tensorflow_serving_request_latency_count{API!=""}'
_REFUSED = 'tensorflow_serving_request_count{status!~"OK|NOT_FOUND"}'
_FAILED = f'tensorflow_serving_request_count{{status!~"{CLIENTS_FAULT}"}}'
_SERVERS = 'kube_deployment_labels{label_app_kubernetes_io_name="model-server"}'


def serving_groups(teams: Iterable[str]) -> list[Group]:
    """The rule groups of all models of the cluster, of any stack."""
    team = team_of_namespace(teams)
    return [Group(name="models", rules=[*_records(), *_alerts(team)])]


def ratio(bad: str, window: str, by: str = BY) -> str:
    """PromQL: the ratio of `bad`, a recorded rate, to a model's requests; no result without requests.

    The ratio of averages of recorded rates, which weights minutes by their requests.
    """
    over = f"avg_over_time(model:requests:rate5m[{window}])"
    return f"avg_over_time({bad}[{window}]) / on ({by}) ({over} > 0)"


def _records() -> list[Record]:
    requests = f"sum by ({BY}) (rate({_ANSWERED}[5m]) or rate({_REFUSED}[5m]))"
    errors = f"sum by ({BY}) (rate({_FAILED}[5m])) or 0 * model:requests:rate5m"
    buckets = 'tensorflow_serving_request_latency_bucket{API!=""}'
    return [
        Record(name="model:deployment:info", expr=_info()),
        Record(name="model:requests:rate5m", expr=requests),
        Record(name="model:errors:rate5m", expr=errors),
        Record(
            name="model:errors:ratio_rate5m",
            expr="model:errors:rate5m / (model:requests:rate5m > 0)",
        ),
        *(
            Record(name=f"model:errors:ratio_rate{window}", expr=ratio("model:errors:rate5m", window))
            for window in LONG_WINDOWS
        ),
        *(
            Record(
                name=f"model:latency_seconds:{name}",
                expr=f"histogram_quantile({value}, sum by ({BY}, le) (rate({buckets}[5m]))) / {MICROSECONDS}",
            )
            for name, value in QUANTILES.items()
        ),
    ]


def _info() -> str:
    """PromQL of an info metric: 1 per Deployment of a model, with its labels `model` and `track`."""
    found = _SERVERS
    for label, source in (
        ("model", "label_app_kubernetes_io_instance"),
        ("model", "label_metalml_model"),
        ("track", ""),
        ("track", "label_metalml_track"),
    ):
        # Without a source label, label_replace() sets the default; an empty source label keeps the value.
        value, pattern = ("$1", "(.+)") if source else ("stable", "")
        found = f'label_replace({found}, "{label}", "{value}", "{source}", "{pattern}")'
    return f"max by ({BY}, deployment) ({found})"


def _alerts(team: str) -> list[Alert]:
    model = "{{ $labels.model }} ({{ $labels.track }}) in {{ $labels.namespace }}"
    return [
        Alert(
            name="ModelDown",
            expr=(
                "model:deployment:info * on (namespace, deployment) group_left ()"
                " (kube_deployment_status_replicas_available == bool 0) > 0"
            ),
            for_="1m",
            severity=Severity.CRITICAL,
            team=team,
            summary=f"Nobody answers for model {model}",
            description="No pod of Deployment {{ $labels.deployment }} is available: every prediction fails.",
            dashboard="models",
        ),
        Alert(
            name="ModelLoadFailed",
            expr=(
                f'sum by ({BY}, pod) (tensorflow_cc_saved_model_load_attempt_count{{status!="success"}}) > 0'
            ),
            for_="1m",
            severity=Severity.WARNING,
            team=team,
            summary=f"A version of model {model} cannot be loaded",
            description="Pod {{ $labels.pod }} tried {{ $value }} times to load a SavedModel and failed.",
            dashboard="models",
        ),
    ]
