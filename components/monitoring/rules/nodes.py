"""Alerts on nodes: readiness, clock, resources and disks."""

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

# Filesystems of nodes and pods; the others are bind mounts of these, or in memory.
_DISKS = 'job="node-exporter",fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660",mountpoint!~"/(boot|run).*"'


def node_groups() -> list[Group]:
    """The rule group of nodes."""
    return [Group(name="nodes", rules=[*_nodes(), *_disks()])]


def _nodes() -> list[Alert]:
    return [
        Alert(
            name="NodeNotReady",
            expr='kube_node_status_condition{condition="Ready",status="true"} == 0',
            for_="2m",
            severity=Severity.CRITICAL,
            summary="Machine {{ $labels.node }} is not ready",
            description="Its kubelet has not reported for two minutes, or reports that it cannot run pods.",
            dashboard="cluster",
        ),
        Alert(
            name="NodeMemoryLow",
            expr=(
                'node_memory_MemAvailable_bytes{job="node-exporter"}'
                ' / node_memory_MemTotal_bytes{job="node-exporter"} < 0.05'
            ),
            for_="10m",
            severity=Severity.WARNING,
            summary="Machine {{ $labels.node }} is almost out of memory",
            description="{{ $value | humanizePercentage }} of its memory is left; pods are ended next.",
            dashboard="cluster",
        ),
        Alert(
            name="NodeClockWrong",
            # Relative to Prometheus' clock. A slow scrape adds about a second.
            expr=(
                'abs(node_time_seconds{job="node-exporter"}'
                ' - timestamp(node_time_seconds{job="node-exporter"})) > 5'
            ),
            for_="10m",
            severity=Severity.WARNING,
            summary="The clock of machine {{ $labels.node }} is wrong",
            description="By {{ $value | humanizeDuration }}: certificates, tokens and logs go wrong.",
            dashboard="cluster",
        ),
    ]


def _disks() -> list[Alert]:
    free = f"node_filesystem_avail_bytes{{{_DISKS}}} / node_filesystem_size_bytes{{{_DISKS}}}"
    return [
        Alert(
            name="NodeDiskAlmostFull",
            # The kubelet evicts pods at 10 % (docs/real-servers.md); etcd fails on a full disk.
            expr=f"max by (node, device) ({free} < 0.05 and node_filesystem_readonly{{{_DISKS}}} == 0)",
            for_="15m",
            severity=Severity.CRITICAL,
            summary="A disk of machine {{ $labels.node }} is almost full",
            description="{{ $value | humanizePercentage }} of {{ $labels.device }} is free.",
            dashboard="cluster",
        ),
        Alert(
            name="NodeDiskFillingUp",
            # predict_linear() over six hours; with the threshold of 15 %, a short download does not fire it.
            expr=(
                f"max by (node, device) ({free} < 0.15"
                f" and predict_linear(node_filesystem_avail_bytes{{{_DISKS}}}[6h], 24 * 3600) < 0"
                f" and node_filesystem_readonly{{{_DISKS}}} == 0)"
            ),
            for_="1h",
            severity=Severity.WARNING,
            summary="A disk of machine {{ $labels.node }} will be full within a day",
            description="{{ $value | humanizePercentage }} of {{ $labels.device }} is free, and ever less.",
            dashboard="cluster",
        ),
    ]
