"""Multiwindow, multi-burn-rate alerts: how fast a model consumes the error budget of its SLO.

An objective of 99.5 % has an error budget of 0.5 % of the requests of a month. A burn rate of 1 consumes it
in exactly a month, a burn rate of 14.4 consumes 2 % of it in an hour. Each alert has a long window, so that a
short spike does not page on-call, and a short window, so that it resolves soon after its cause. Windows and
rates are those of Google's SRE workbook, chapter 5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from components.monitoring.rules.serving import BY, LONG_WINDOWS, ratio
from components.monitoring.rules.values import Alert, Group, Record
from settings.alerts import Severity
from settings.objectives import ObjectivesSettings

# Upper bounds of TensorFlow Serving's histogram buckets, in microseconds.
LIMITS = tuple(10 * 1.8**step for step in range(33))


@dataclass(frozen=True, kw_only=True)
class BurnRate:
    """An alert: the error ratio exceeds `rate` times the error budget in both windows."""

    rate: float
    long: str
    short: str
    for_: str
    severity: Severity


BURN_RATES = (
    BurnRate(rate=14.4, long="1h", short="5m", for_="2m", severity=Severity.CRITICAL),
    BurnRate(rate=6, long="6h", short="30m", for_="15m", severity=Severity.CRITICAL),
    BurnRate(rate=1, long="3d", short="6h", for_="1h", severity=Severity.WARNING),
)
# The recording rule of the allowed error ratio, for the remaining error budget. Label: `objective`.
ALLOWED = "model:allowed:ratio"
AVAILABILITY, LATENCY = "availability", "latency"


def objective_groups(
    namespace: str, model: str, objectives: ObjectivesSettings, *, team: str, tracks: Sequence[str]
) -> list[Group]:
    """The rule groups of a model. Each track has its own error budget, so that a bad canary alerts early."""
    selector = f'namespace="{namespace}",model="{model}"'
    labels = {"namespace": namespace, "model": model}
    rules: list[Alert | Record] = [_allowed(AVAILABILITY, objectives.availability_percent, labels)]
    rules += [
        alert
        for track in tracks
        for alert in _alerts(
            "ModelAvailabilityBurn",
            series="model:errors:ratio_rate",
            selector=f'{selector},track="{track}"',
            percent=objectives.availability_percent,
            what="requests fail",
            team=team,
        )
    ]
    if objectives.latency is not None:
        slow = objectives.latency
        rules.append(_allowed(LATENCY, slow.percent, labels))
        rules += _slow_records(selector, slow.milliseconds)
        for track in tracks:
            rules += _alerts(
                "ModelLatencyBurn",
                series="model:slow:ratio_rate",
                selector=f'{selector},track="{track}"',
                percent=slow.percent,
                what=f"answers take longer than {slow.milliseconds} ms",
                team=team,
            )
    return [Group(name=f"objectives-{namespace}-{model}", rules=rules)]


def _allowed(objective: str, percent: float, labels: Mapping[str, str]) -> Record:
    share = f"{(100 - percent) / 100:.6g}"
    return Record(name=ALLOWED, expr=f"vector({share})", labels={**labels, "objective": objective})


def _slow_records(selector: str, milliseconds: int) -> list[Record]:
    answered = f'tensorflow_serving_request_latency_count{{{selector},API!=""}}'
    rate = f"sum by ({BY}) (rate({answered}[5m]))"
    slow = "model:slow:rate5m"
    of_model = f"{slow}{{{selector}}}"
    return [
        Record(name=slow, expr=f"clamp_min({rate} - ({_fast(selector, milliseconds)}), 0)"),
        Record(name="model:slow:ratio_rate5m", expr=f"{of_model} / (model:requests:rate5m > 0)"),
        *(
            Record(name=f"model:slow:ratio_rate{window}", expr=ratio(of_model, window))
            for window in LONG_WINDOWS
        ),
    ]


def _fast(selector: str, milliseconds: int) -> str:
    """PromQL: the rate of responses within that latency, by linear interpolation in its histogram bucket.

    histogram_quantile() interpolates likewise. The buckets are coarse: 708 ms is followed by 1275 ms.
    """
    micros = milliseconds * 1000.0
    lower, upper = next(pair for pair in pairwise((0.0, *LIMITS)) if pair[0] <= micros <= pair[1])
    share = (micros - lower) / (upper - lower)

    def below(limit: float) -> str:
        # `le` as scraped, and as Prometheus 3 normalizes it: 708235 and 708235.0.
        shown = f"{limit:g}"
        le = f'le=~"{shown}|{shown}[.]0"'.replace("+", "[+]")
        series = f'tensorflow_serving_request_latency_bucket{{{selector},API!="",{le}}}'
        return f"sum by ({BY}) (rate({series}[5m]))"

    parts = [f"{share:.6g} * {below(upper)}"]
    if lower:
        parts.append(f"{1 - share:.6g} * {below(lower)}")
    return " + ".join(parts)


def _alerts(
    name: str, *, series: str, selector: str, percent: float, what: str, team: str
) -> Iterator[Alert]:
    allowed = (100 - percent) / 100
    labels = {key: f"{{{{ $labels.{key} }}}}" for key in ("namespace", "model", "track")}
    for burn in BURN_RATES:
        limit = f"{burn.rate * allowed:.6g}"
        long, short = (f"{series}{window}{{{selector}}} > {limit}" for window in (burn.long, burn.short))
        yield Alert(
            name=name,
            expr=f"{long} and on ({BY}) {short}",
            for_=burn.for_,
            severity=burn.severity,
            team=team,
            labels={"window": burn.long},
            summary=(
                f"Too many {what}: model {labels['model']} ({labels['track']}) in {labels['namespace']}"
            ),
            description=(
                f"In the last {burn.long} {{{{ $value | humanizePercentage }}}} did, of which {percent:g} % "
                f"must not; at this rate a month's allowance lasts {30 / burn.rate:.3g} days."
            ),
            dashboard="models",
        )
