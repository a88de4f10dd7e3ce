"""The dashboard of GPUs: allocation, utilization and health."""

from components.monitoring.dashboards.links import GPU
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
from components.monitoring.rules.requests import LIVE_PODS, REQUESTS

# Whole GPUs, time-sliced GPUs and MIG devices, by kube-state-metrics' names of resources.
GPUS = 'resource=~"nvidia_com_(gpu|gpu_shared|mig_.+)"'

ON_NODE = '{node=~"$node"}'
ONE_GPU = "{{node}} {{gpu}}"


def gpu() -> Dashboard:
    """GPUs of the selected nodes."""
    return Dashboard(
        uid=GPU,
        title="GPUs",
        variables=[
            Variable(
                name="node",
                title="Machine",
                series=f"kube_node_status_allocatable{{{GPUS}}}",
                label="node",
            )
        ],
        rows=[_owners(), _use(), _health()],
    )


def _owners() -> Row:
    allocatable = f'sum(kube_node_status_allocatable{{{GPUS},node=~"$node"}})'
    taken = f'{REQUESTS}{{{GPUS},node=~"$node"}}'

    def of_pods(node: str) -> Query:
        requests = (
            f"sum by (namespace, pod, resource) (kube_pod_container_resource_requests{{{GPUS},{node}}})"
        )
        return Query(expression=f"{requests} * on (namespace, pod) group_left () {LIVE_PODS}", legend="GPUs")

    return Row(
        title="Who has them",
        panels=[
            Panel(kind=Kind.STAT, title="There are", queries=[Query(expression=allocatable)], width=4),
            Panel(
                kind=Kind.GAUGE,
                title="Taken",
                queries=[Query(expression=f"(sum({taken}) or vector(0)) / {allocatable}")],
                unit=Unit.SHARE,
                description="Turns on shared GPUs and slices count as one each.",
                least=0,
                most=1,
                width=4,
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="Taken by",
                queries=[Query(expression=f"sum by (namespace) ({taken})", legend="{{namespace}}")],
                width=16,
            ),
            Panel(kind=Kind.TABLE, title="Pods that have some", queries=[of_pods('node=~"$node"')]),
            # Not scheduled yet.
            Panel(kind=Kind.TABLE, title="Pods that wait for some", queries=[of_pods('node=""')]),
        ],
    )


def _use() -> Row:
    def lines(title: str, expression: str, unit: Unit, most: float) -> Panel:
        query = Query(expression=expression, legend=ONE_GPU)
        return Panel(kind=Kind.TIMESERIES, title=title, queries=[query], unit=unit, least=0, most=most)

    used, free = f"DCGM_FI_DEV_FB_USED{ON_NODE}", f"DCGM_FI_DEV_FB_FREE{ON_NODE}"
    return Row(
        title="What they do",
        panels=[
            lines("In use", f"DCGM_FI_DEV_GPU_UTIL{ON_NODE}", Unit.PERCENT, 100),
            lines("Memory", f"{used} / ({used} + {free})", Unit.SHARE, 1),
            Panel(
                kind=Kind.TIMESERIES,
                title="In use, by pod",
                queries=[
                    Query(
                        expression='avg by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL{node=~"$node",pod!=""})',
                        legend="{{namespace}} {{pod}}",
                    )
                ],
                unit=Unit.PERCENT,
                description="Of GPUs that a pod has to itself: who uses a shared one cannot be told.",
                least=0,
                most=100,
            ),
            lines(
                "Tensor cores busy",
                f"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{ON_NODE}",
                Unit.SHARE,
                1,
            ),
        ],
    )


def _health() -> Row:
    errors = f"max by (node, gpu) (DCGM_FI_DEV_XID_ERRORS{ON_NODE})"
    return Row(
        title="How they are",
        panels=[
            Panel(
                kind=Kind.TIMESERIES,
                title="Temperature",
                queries=[Query(expression=f"DCGM_FI_DEV_GPU_TEMP{ON_NODE}", legend=ONE_GPU)],
                unit=Unit.CELSIUS,
                thresholds=alarming(80, 90),
                width=8,
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="Power",
                queries=[Query(expression=f"DCGM_FI_DEV_POWER_USAGE{ON_NODE}", legend=ONE_GPU)],
                unit=Unit.WATT,
                width=8,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Last errors of the driver",
                queries=[Query(expression=f"{errors} > 0", legend="XID")],
                description="By NVIDIA's numbers. Empty is good.",
                thresholds=Thresholds(low="red"),
                width=8,
            ),
        ],
    )
