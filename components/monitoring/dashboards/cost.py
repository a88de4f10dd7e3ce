"""The dashboard of costs by team: the resource requests of its pods, at the prices of the settings."""

from components.monitoring.dashboards.links import COST
from components.monitoring.dashboards.vocabulary import Dashboard, Kind, Panel, Query, Row, Unit, Variable
from components.monitoring.rules.requests import REQUESTS
from settings.grafana import PricesSettings

GIB = 2**30
HOURS_OF_A_MONTH = 730
# Minutes: the resolution of subqueries over requests. A finer one costs more with the same result.
STEP = 5
CPU, MEMORY = 'resource="cpu"', 'resource="memory"'
WHOLE_GPUS = 'resource="nvidia_com_gpu"'
# Time-sliced GPUs, and MIG devices.
PARTS_OF_GPUS = 'resource=~"nvidia_com_(gpu_shared|mig_.+)"'


def cost(prices: PricesSettings) -> Dashboard:
    """Costs by namespace: a team's namespace has its name.

    Costs follow requests, not usage: unused requests are unavailable to others.
    """
    return Dashboard(
        uid=COST,
        title="Cost per team",
        variables=[Variable(name="namespace", title="Team", series=REQUESTS, label="namespace")],
        rows=[_money(prices), _amounts()],
        hours=24 * 7,
    )


def _money(prices: PricesSettings) -> Row:
    money = f"currency:{prices.currency}"
    now = _cost_of_an_hour(prices, "{series}")
    looks_an_hour = 60 // STEP
    so_far = _cost_of_an_hour(prices, f"sum_over_time({{series}}[$__range:{STEP}m]) / {looks_an_hour}")
    return Row(
        title="Money",
        panels=[
            Panel(
                kind=Kind.STAT,
                title="All, in the time that is chosen",
                queries=[Query(expression=f"sum({so_far})")],
                unit=money,
                width=6,
            ),
            Panel(
                kind=Kind.STAT,
                title="All, in a month like now",
                queries=[Query(expression=f"sum({now}) * {HOURS_OF_A_MONTH}")],
                unit=money,
                width=6,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Each team",
                queries=[
                    Query(expression=f"sum by (namespace) ({so_far})", legend="In the time that is chosen"),
                    Query(expression=f"sum by (namespace) ({now})", legend="An hour, now"),
                    Query(
                        expression=f"sum by (namespace) ({now}) * {HOURS_OF_A_MONTH}",
                        legend="A month like now",
                    ),
                ],
                unit=money,
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="An hour",
                queries=[Query(expression=f"sum by (namespace) ({now})", legend="{{namespace}}")],
                unit=money,
                description="What pods ask for, also while they use less of it.",
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="An hour, by what it is for",
                queries=[Query(expression=f"sum by (resource) ({now})", legend="{{resource}}")],
                unit=money,
            ),
        ],
    )


def _cost_of_an_hour(prices: PricesSettings, amount: str) -> str:
    """By namespace, node and resource; `amount` is how much of a `{series}` counts."""
    parts = {
        CPU: f"{prices.cpu_core:g}",
        MEMORY: f"{prices.memory_gib:g} / {GIB}",
        WHOLE_GPUS: f"{prices.gpu:g}",
        # Zero only if no GPU is shared or partitioned: otherwise the settings require the price.
        PARTS_OF_GPUS: f"{prices.part_of_gpu or 0:g}",
    }
    # Their `resource` labels differ, so `or` keeps all of them.
    return " or ".join(f"{amount.format(series=_of(what))} * {price}" for what, price in parts.items())


def _of(resource: str) -> str:
    return f'{REQUESTS}{{{resource},namespace=~"$namespace"}}'


def _amounts() -> Row:
    used_cpu = (
        'sum by (namespace) (rate(container_cpu_usage_seconds_total{container!="",namespace=~"$namespace"}'
        "[$__rate_interval]))"
    )
    used_memory = (
        'sum by (namespace) (container_memory_working_set_bytes{container!="",namespace=~"$namespace"})'
    )

    def lines(title: str, expression: str, unit: Unit = Unit.COUNT, description: str = "") -> Panel:
        return Panel(
            kind=Kind.TIMESERIES,
            title=title,
            queries=[Query(expression=expression, legend="{{namespace}}")],
            unit=unit,
            description=description,
            width=8,
        )

    def used(amount: str, resource: str) -> str:
        return f"{amount} / sum by (namespace) ({_of(resource)})"

    less = "Above 100 % the pods take what they did not ask for; far below, they ask for too much."
    gpus = f"sum by (namespace) ({_of(WHOLE_GPUS)} or {_of(PARTS_OF_GPUS)})"
    return Row(
        title="Amounts",
        panels=[
            lines("CPU cores asked for", f"sum by (namespace) ({_of(CPU)})"),
            lines("Memory asked for", f"sum by (namespace) ({_of(MEMORY)})", Unit.BYTES),
            lines("GPUs asked for", gpus, description="Turns and slices count as one each."),
            lines("CPU used, of what was asked for", used(used_cpu, CPU), Unit.SHARE, less),
            lines("Memory used, of what was asked for", used(used_memory, MEMORY), Unit.SHARE, less),
        ],
    )
