"""The dashboard of nodes, the control plane and resource usage."""

from components.monitoring.dashboards.links import CLUSTER
from components.monitoring.dashboards.vocabulary import (
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Thresholds,
    Unit,
    alarming,
)
from components.monitoring.rules.requests import REQUESTS

RANGE = "[$__rate_interval]"
# Excludes filesystems that are not on a disk of the node.
DISKS = 'fstype!~"tmpfs|ramfs|squashfs|iso9660|nfs.*",mountpoint!~"/var/lib/kubelet/.*"'
# Excludes the host side of pod interfaces and tunnels, which count packets twice.
INTERFACES = 'device!~"lo|veth.*|cali.*|cni.*|vxlan.*|tunl.*"'


def cluster() -> Dashboard:
    """The cluster's health, and its resource usage."""
    return Dashboard(
        uid=CLUSTER,
        title="Cluster",
        rows=[_now(), _machines(), _requests(), _use(), _control_plane()],
    )


def _now() -> Row:
    bad = Thresholds(steps=((1, "red"),))

    def stat(title: str, expression: str, *, unit: Unit = Unit.COUNT, thresholds: Thresholds = bad) -> Panel:
        query = Query(expression=expression)
        return Panel(kind=Kind.STAT, title=title, queries=[query], unit=unit, thresholds=thresholds, width=4)

    ready = 'kube_node_status_condition{condition="Ready",status="true"}'
    # Without vector(0), no errors would be displayed as "No data".
    failed = '(sum(rate(apiserver_request_total{code=~"5.."}[$__rate_interval])) or vector(0))'
    return Row(
        title="Now",
        panels=[
            stat("Machines that are ready", f"sum({ready})", thresholds=Thresholds()),
            stat("Machines that are not", f"count({ready} == 0) or vector(0)"),
            stat(
                "Pods that wait or have failed", 'sum(kube_pod_status_phase{phase=~"Pending|Unknown|Failed"})'
            ),
            stat(
                "Alerts",
                'count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)',
            ),
            stat("Targets that do not answer", "count(up == 0) or vector(0)"),
            stat(
                "Requests that the API server failed",
                f"{failed} / sum(rate(apiserver_request_total{RANGE}))",
                unit=Unit.SHARE,
                thresholds=alarming(0.001, 0.01),
            ),
        ],
    )


def _machines() -> Row:
    def share(title: str, expression: str, legend: str, description: str = "") -> Panel:
        return Panel(
            kind=Kind.TIMESERIES,
            title=title,
            queries=[Query(expression=expression, legend=legend)],
            unit=Unit.SHARE,
            description=description,
            least=0,
            most=1,
        )

    def traffic(direction: str) -> Query:
        rate = f"rate(node_network_{direction}_bytes_total{{{INTERFACES}}}{RANGE})"
        return Query(expression=f"sum by (node) ({rate})", legend=f"{{{{node}}}} {direction}")

    return Row(
        title="Machines",
        panels=[
            share(
                "CPU",
                f'1 - avg by (node) (rate(node_cpu_seconds_total{{mode="idle"}}{RANGE}))',
                "{{node}}",
            ),
            share(
                "Memory",
                "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
                "{{node}}",
                "What programs could not get without taking it from others.",
            ),
            share(
                "Disk",
                "1 - min by (node, mountpoint) "
                f"(node_filesystem_avail_bytes{{{DISKS}}} / node_filesystem_size_bytes{{{DISKS}}})",
                "{{node}} {{mountpoint}}",
                "The kubelet removes images, then pods, before a disk is full.",
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="Network",
                queries=[traffic("receive"), traffic("transmit")],
                unit=Unit.BYTES_PER_SECOND,
            ),
        ],
    )


def _requests() -> Row:
    def asked(resource: str) -> str:
        there = f'sum by (node) (kube_node_status_allocatable{{resource="{resource}"}})'
        return f'sum by (node) ({REQUESTS}{{resource="{resource}"}}) / {there}'

    def panel(title: str, expression: str) -> Panel:
        return Panel(
            kind=Kind.TIMESERIES,
            title=title,
            queries=[Query(expression=expression, legend="{{node}}")],
            unit=Unit.SHARE,
            description="What pods ask for, of what the machine has for them. Nothing more fits at 100 %.",
            least=0,
            most=1,
            width=8,
        )

    pods = 'count by (node) (kube_pod_info{node!=""})'
    return Row(
        title="What is set aside",
        panels=[
            panel("CPU asked for", asked("cpu")),
            panel("Memory asked for", asked("memory")),
            panel("Pods", f'{pods} / sum by (node) (kube_node_status_allocatable{{resource="pods"}})'),
        ],
    )


def _use() -> Row:
    restarts = "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[$__range]))"
    waiting = "sum by (namespace, pod, reason) (kube_pod_container_status_waiting_reason)"
    used, size = "kubelet_volume_stats_used_bytes", "kubelet_volume_stats_capacity_bytes"
    return Row(
        title="What pods take",
        panels=[
            Panel(
                kind=Kind.TIMESERIES,
                title="CPU cores in use",
                queries=[
                    Query(
                        expression="sum by (namespace) "
                        f'(rate(container_cpu_usage_seconds_total{{container!=""}}{RANGE}))',
                        legend="{{namespace}}",
                    )
                ],
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="Memory in use",
                queries=[
                    Query(
                        expression='sum by (namespace) (container_memory_working_set_bytes{container!=""})',
                        legend="{{namespace}}",
                    )
                ],
                unit=Unit.BYTES,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Restarts",
                queries=[Query(expression=f"{restarts} > 0.5", legend="Restarts")],
                width=8,
            ),
            Panel(
                kind=Kind.TABLE,
                title="Containers that wait",
                queries=[Query(expression=f"{waiting} > 0", legend="Containers")],
                width=8,
            ),
            Panel(
                kind=Kind.TIMESERIES,
                title="Volumes",
                queries=[
                    Query(
                        expression=f"max by (namespace, persistentvolumeclaim) ({used} / {size})",
                        legend="{{namespace}} {{persistentvolumeclaim}}",
                    )
                ],
                unit=Unit.SHARE,
                description="Of claims whose driver tells; directories of a machine do not.",
                least=0,
                most=1,
                width=8,
            ),
        ],
    )


def _control_plane() -> Row:
    def lines(title: str, expression: str, legend: str, unit: Unit = Unit.COUNT) -> Panel:
        query = Query(expression=expression, legend=legend)
        return Panel(kind=Kind.TIMESERIES, title=title, queries=[query], unit=unit, width=8)

    answered = f'rate(apiserver_request_duration_seconds_bucket{{verb!~"WATCH|CONNECT"}}{RANGE})'
    synced = f"rate(etcd_disk_wal_fsync_duration_seconds_bucket{RANGE})"
    return Row(
        title="Control plane",
        panels=[
            lines(
                "API requests",
                f"sum by (code) (rate(apiserver_request_total{RANGE}))",
                "{{code}}",
                Unit.REQUESTS_PER_SECOND,
            ),
            lines(
                "API latency, 99th percentile",
                f"histogram_quantile(0.99, sum by (le, verb) ({answered}))",
                "{{verb}}",
                Unit.SECONDS,
            ),
            lines(
                "etcd: time to disk, 99th percentile",
                f"histogram_quantile(0.99, sum by (le, instance) ({synced}))",
                "{{node}}",
                Unit.SECONDS,
            ),
            lines("etcd: database", "etcd_mvcc_db_total_size_in_bytes", "{{instance}}", Unit.BYTES),
            lines("Pods that the scheduler holds", "sum by (queue) (scheduler_pending_pods)", "{{queue}}"),
            lines(
                "Names looked up",
                f"sum by (rcode) (rate(coredns_dns_responses_total{RANGE}))",
                "{{rcode}}",
                Unit.REQUESTS_PER_SECOND,
            ),
        ],
    )
