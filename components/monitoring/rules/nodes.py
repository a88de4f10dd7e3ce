"""Machines: are they there, and have they what pods need."""

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

# Disks of pods and of the machine itself; the others are parts of these, or memory.
_DISKS = 'job="node-exporter",fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660",mountpoint!~"/(boot|run).*"'


def node_groups() -> list[Group]:
    """The group of the machines' alerts."""
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
            # Against Prometheus' own clock. A slow scrape looks like a second or so.
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
            # The kubelet ends pods at 10 % (docs/real-servers.md), and etcd stops at none.
            expr=f"max by (node, device) ({free} < 0.05 and node_filesystem_readonly{{{_DISKS}}} == 0)",
            for_="15m",
            severity=Severity.CRITICAL,
            summary="A disk of machine {{ $labels.node }} is almost full",
            description="{{ $value | humanizePercentage }} of {{ $labels.device }} is free.",
            dashboard="cluster",
        ),
        Alert(
            name="NodeDiskFillingUp",
            # Six hours of history show a trend; a download that is soon over does not reach it below 15 %.
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
