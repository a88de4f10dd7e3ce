"""What every model's figures are computed from, and the alerts that need no objective.

TensorFlow Serving counts what it was asked by status, and how long it took of what went well. Probes are
requests, too, but without an API: counted, they would make a model that fails all predictions look half well.
"""

from collections.abc import Iterable

from components.monitoring.rules.values import Alert, Group, Record, team_of_namespace
from settings.alerts import Severity

BY = "namespace, model, track"
# What a client did wrong: it says nothing about the model. A probe of a model that still loads is NOT_FOUND.
CLIENTS_FAULT = "OK|NOT_FOUND|INVALID_ARGUMENT"
# Ratios over these are what burn rates are made of (burn_rate.py); 5m is recorded from the series themselves.
LONG_WINDOWS = ("30m", "1h", "6h", "3d")
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MICROSECONDS = "1e6"

_ANSWERED = 'tensorflow_serving_request_latency_count{API!=""}'
_REFUSED = 'tensorflow_serving_request_count{status!~"OK|NOT_FOUND"}'
_FAILED = f'tensorflow_serving_request_count{{status!~"{CLIENTS_FAULT}"}}'
_SERVERS = 'kube_deployment_labels{label_app_kubernetes_io_name="model-server"}'


def serving_groups(teams: Iterable[str]) -> list[Group]:
    """The groups for all models of the cluster, whoever's stack they are of."""
    team = team_of_namespace(teams)
    return [Group(name="models", rules=[*_records(), *_alerts(team)])]


def ratio(bad: str, window: str, by: str = BY) -> str:
    """The share of `bad`, a recorded rate, of a model's requests; nothing where there were no requests.

    Of averages of recorded rates, so that minutes with many requests count as much as they should.
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
    """1 for each Deployment of a model, with the model and the track that its labels name."""
    found = _SERVERS
    for label, source in (
        ("model", "label_app_kubernetes_io_instance"),
        ("model", "label_metalml_model"),
        ("track", ""),
        ("track", "label_metalml_track"),
    ):
        # Without a source the label gets the default; a source that is empty leaves what was there.
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
