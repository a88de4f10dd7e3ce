"""Alerts on workloads: pods that do not become ready, and volumes that fill up."""

from collections.abc import Iterable

from components.monitoring.rules.values import Alert, Group, team_of_namespace
from settings.alerts import Severity

_POD = "{{ $labels.namespace }}/{{ $labels.pod }}"
_GPU_REQUEST = 'kube_pod_container_resource_requests{resource=~"nvidia_com_.+"}'


def workload_groups(teams: Iterable[str]) -> list[Group]:
    """The rule groups of pods and volumes; alerts of a team's namespace are routed to the team."""
    team = team_of_namespace(teams)
    return [
        Group(name="pods", rules=[*_pods(team), *_controllers(team)]),
        Group(name="volumes", rules=_volumes(team)),
    ]


def _pods(team: str) -> list[Alert]:
    return [
        Alert(
            name="PodCrashLooping",
            expr=(
                "max by (namespace, pod, container) (max_over_time("
                'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])) > 0'
            ),
            for_="10m",
            severity=Severity.WARNING,
            team=team,
            summary=f"Pod {_POD} ends again and again",
            description="Container {{ $labels.container }} has been started and has ended for ten minutes.",
            dashboard="cluster",
        ),
        Alert(
            name="PodImageNotPulled",
            expr=(
                "max by (namespace, pod, container) (kube_pod_container_status_waiting_reason"
                '{reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName"}) > 0'
            ),
            for_="5m",
            severity=Severity.WARNING,
            team=team,
            summary=f"The image of pod {_POD} cannot be pulled",
            description="Container {{ $labels.container }} waits for an image that the machine does not get.",
            dashboard="cluster",
        ),
        Alert(
            name="PodUnschedulable",
            expr=f"kube_pod_status_unschedulable == 1 unless on (namespace, pod) {_GPU_REQUEST}",
            for_="15m",
            severity=Severity.WARNING,
            team=team,
            summary=f"No machine has room for pod {_POD}",
            description="It has waited for 15 minutes.",
            dashboard="cluster",
        ),
        Alert(
            name="GpuPodWaiting",
            expr=f"kube_pod_status_unschedulable == 1 and on (namespace, pod) {_GPU_REQUEST}",
            for_="30m",
            severity=Severity.WARNING,
            team=team,
            summary=f"Pod {_POD} waits for a GPU",
            description="No machine has had the GPUs that it asks for, for half an hour.",
            dashboard="gpu",
        ),
        Alert(
            name="ContainerOutOfMemory",
            expr=(
                "increase(kube_pod_container_status_restarts_total[15m]) > 0"
                " and on (namespace, pod, container)"
                ' kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1'
            ),
            severity=Severity.WARNING,
            team=team,
            summary=f"A container of pod {_POD} took more memory than it may",
            description="The kernel ended {{ $labels.container }}; it was started again.",
            dashboard="cluster",
        ),
        Alert(
            name="JobFailed",
            # Training and evaluation have their own alerts.
            expr=(
                'kube_job_failed{condition="true"} == 1 unless on (namespace, job_name)'
                ' kube_job_labels{label_app_kubernetes_io_component=~"training|evaluation"}'
            ),
            severity=Severity.WARNING,
            team=team,
            summary="Job {{ $labels.namespace }}/{{ $labels.job_name }} has failed",
            description="Its pods failed more often than it allows; nothing tries again.",
            dashboard="cluster",
        ),
    ]


def _controllers(team: str) -> list[Alert]:
    missing = {
        "deployment": "kube_deployment_spec_replicas > kube_deployment_status_replicas_available",
        "statefulset": "kube_statefulset_replicas > kube_statefulset_status_replicas_ready",
        "daemonset": "kube_daemonset_status_desired_number_scheduled > kube_daemonset_status_number_ready",
    }
    return [
        Alert(
            name="PodsMissing",
            expr=" or ".join(
                f'label_replace({expr}, "workload", "{kind} $1", "{kind}", "(.+)")'
                for kind, expr in missing.items()
            ),
            for_="15m",
            severity=Severity.WARNING,
            team=team,
            summary="Pods of {{ $labels.workload }} in {{ $labels.namespace }} are missing",
            description="It wants {{ $value }} pods, and for 15 minutes fewer have been ready.",
            dashboard="cluster",
        ),
        Alert(
            name="AutoscalerAtMaximum",
            expr=(
                "kube_horizontalpodautoscaler_status_current_replicas"
                " >= kube_horizontalpodautoscaler_spec_max_replicas"
                " > kube_horizontalpodautoscaler_spec_min_replicas"
            ),
            for_="15m",
            severity=Severity.WARNING,
            team=team,
            summary="{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} cannot add more pods",
            description="It has had {{ $value }} pods for 15 minutes, the most that its settings allow.",
            dashboard="models",
        ),
    ]


def _volumes(team: str) -> list[Alert]:
    free = "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes"
    claim = "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}"
    by = "namespace, persistentvolumeclaim"
    return [
        Alert(
            name="VolumeAlmostFull",
            expr=f"min by ({by}) ({free}) < 0.05",
            for_="5m",
            severity=Severity.CRITICAL,
            team=team,
            summary=f"Volume {claim} is almost full",
            description="{{ $value | humanizePercentage }} of it is free.",
            dashboard="cluster",
        ),
        Alert(
            name="VolumeFillingUp",
            expr=(
                f"min by ({by}) ({free}) < 0.2 and min by ({by})"
                " (predict_linear(kubelet_volume_stats_available_bytes[6h], 4 * 24 * 3600)) < 0"
            ),
            for_="1h",
            severity=Severity.WARNING,
            team=team,
            summary=f"Volume {claim} will be full within four days",
            description="{{ $value | humanizePercentage }} of it is free, and it is getting less.",
            dashboard="cluster",
        ),
    ]
