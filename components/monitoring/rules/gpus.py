"""Alerts on GPUs, from metrics of NVIDIA's DCGM exporter and kubelets."""

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

_GPU = "GPU {{ $labels.gpu }} of machine {{ $labels.Hostname }}"


def gpu_groups() -> list[Group]:
    """The rule group of GPUs."""
    return [Group(name="gpus", rules=_gpus())]


def _gpus() -> list[Alert]:
    return [
        Alert(
            name="GpusMissing",
            expr=(
                'kube_node_status_capacity{resource=~"nvidia_com_.+"}'
                ' - kube_node_status_allocatable{resource=~"nvidia_com_.+"} > 0'
            ),
            for_="5m",
            severity=Severity.CRITICAL,
            summary="Machine {{ $labels.node }} has lost {{ $value }} of {{ $labels.resource }}",
            description="The device plugin says that they are not healthy, or it has gone.",
            dashboard="gpu",
        ),
        Alert(
            name="GpuXidError",
            # The gauge keeps the last XID until the exporter restarts, so only a change counts.
            expr="(changes(DCGM_FI_DEV_XID_ERRORS[10m]) > 0) * 0 + DCGM_FI_DEV_XID_ERRORS > 0",
            severity=Severity.CRITICAL,
            summary=f"The driver reports an error of {_GPU}",
            description="XID {{ $value }}; pod {{ $labels.namespace }}/{{ $labels.pod }} had it.",
            dashboard="gpu",
        ),
        Alert(
            name="GpuMemoryBroken",
            expr="DCGM_FI_DEV_ROW_REMAP_FAILURE > 0",
            severity=Severity.CRITICAL,
            summary=f"The memory of {_GPU} is broken",
            description="Rows that gave wrong values could not be replaced: it has to be exchanged.",
            dashboard="gpu",
        ),
        Alert(
            name="GpuHot",
            # NVIDIA's data center GPUs throttle between 85 and 90 °C.
            expr="DCGM_FI_DEV_GPU_TEMP > 85",
            for_="10m",
            severity=Severity.WARNING,
            summary=f"{_GPU} is hot",
            description="{{ $value }} degrees Celsius for ten minutes: it slows down.",
            dashboard="gpu",
        ),
    ]
