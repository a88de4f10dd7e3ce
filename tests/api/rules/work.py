"""Alerts about what runs on the cluster."""

from tests.api.rules.case import Case

POD = 'namespace="vision",pod="p",container="c"'
CLAIM = 'namespace="vision",persistentvolumeclaim="data"'
GPU = 'gpu="0",Hostname="gpu-1",namespace="vision",pod="p"'
JOB = 'namespace="vision",job_name="resnet"'
TRAINING = {f'kube_job_labels{{{JOB},label_app_kubernetes_io_component="training"}}': "1x60"}
RUNNING = {f"kube_job_status_active{{{JOB}}}": "2x60"}


def _volume(free: str, size: int = 100) -> dict[str, str]:
    return {
        f"kubelet_volume_stats_available_bytes{{{CLAIM}}}": free,
        f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}": f"{size}x600",
    }


def _autoscaler(*, pods: int, most: int, fewest: int) -> dict[str, str]:
    labels = 'namespace="ml",horizontalpodautoscaler="h"'
    return {
        f"kube_horizontalpodautoscaler_status_current_replicas{{{labels}}}": f"{pods}x30",
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{labels}}}": f"{most}x30",
        f"kube_horizontalpodautoscaler_spec_min_replicas{{{labels}}}": f"{fewest}x30",
    }


PODS = {
    "PodCrashLooping": Case(
        # Between two waits it runs for a moment.
        fires={f'kube_pod_container_status_waiting_reason{{{POD},reason="CrashLoopBackOff"}}': "1x5 0 1x20"},
        at="15m",
        says={"namespace": "vision", "pod": "p", "team": "vision"},
        silent={f'kube_pod_container_status_waiting_reason{{{POD},reason="ContainerCreating"}}': "1x30"},
    ),
    "PodImageNotPulled": Case(
        fires={f'kube_pod_container_status_waiting_reason{{{POD},reason="ImagePullBackOff"}}': "1x30"},
        at="10m",
        says={"container": "c"},
        silent={f'kube_pod_container_status_waiting_reason{{{POD},reason="ImagePullBackOff"}}': "1x3 0x30"},
    ),
    "PodUnschedulable": Case(
        fires={'kube_pod_status_unschedulable{namespace="ml",pod="p"}': "1x30"},
        at="20m",
        says={"namespace": "ml", "team": "platform"},
        silent={
            'kube_pod_status_unschedulable{namespace="ml",pod="p"}': "1x30",
            'kube_pod_container_resource_requests{namespace="ml",pod="p",resource="nvidia_com_gpu"}': "1x30",
        },
    ),
    "GpuPodWaiting": Case(
        fires={
            'kube_pod_status_unschedulable{namespace="ml",pod="p"}': "1x60",
            'kube_pod_container_resource_requests{namespace="ml",pod="p",resource="nvidia_com_gpu"}': "1x60",
        },
        at="40m",
        silent={
            'kube_pod_status_unschedulable{namespace="ml",pod="p"}': "1x60",
            'kube_pod_container_resource_requests{namespace="ml",pod="p",resource="cpu"}': "1x60",
        },
    ),
    "ContainerOutOfMemory": Case(
        fires={
            f"kube_pod_container_status_restarts_total{{{POD}}}": "0x5 1x30",
            f'kube_pod_container_status_last_terminated_reason{{{POD},reason="OOMKilled"}}': "_x5 1x30",
        },
        at="10m",
        says={"team": "vision"},
        # It is over when the container has not ended for a quarter of an hour.
        silent={
            f"kube_pod_container_status_restarts_total{{{POD}}}": "1x30",
            f'kube_pod_container_status_last_terminated_reason{{{POD},reason="OOMKilled"}}': "1x30",
        },
        silent_at="25m",
    ),
    "JobFailed": Case(
        fires={f'kube_job_failed{{{JOB},condition="true"}}': "1x10"},
        at="5m",
        says={"job_name": "resnet"},
        silent={f'kube_job_failed{{{JOB},condition="true"}}': "1x10", **TRAINING},
    ),
    "PodsMissing": Case(
        fires={
            'kube_statefulset_replicas{namespace="logging",statefulset="elasticsearch"}': "3x30",
            'kube_statefulset_status_replicas_ready{namespace="logging",statefulset="elasticsearch"}': "2x30",
        },
        at="20m",
        says={"workload": "statefulset elasticsearch", "namespace": "logging"},
        silent={
            'kube_deployment_spec_replicas{namespace="ml",deployment="m"}': "2x30",
            'kube_deployment_status_replicas_available{namespace="ml",deployment="m"}': "1x10 2x20",
        },
    ),
    "AutoscalerAtMaximum": Case(
        fires=_autoscaler(pods=3, most=3, fewest=1),
        at="20m",
        says={"horizontalpodautoscaler": "h"},
        # One that may not move is no news.
        silent=_autoscaler(pods=3, most=3, fewest=3),
    ),
    "VolumeAlmostFull": Case(
        fires=_volume("4x20"),
        at="10m",
        says={"persistentvolumeclaim": "data", "team": "vision", "severity": "critical"},
        silent=_volume("6x20"),
    ),
    "VolumeFillingUp": Case(
        fires=_volume("190-0.2x600", size=1000),
        at="8h",
        says={"severity": "warning"},
        silent=_volume("190-0.01x600", size=1000),
    ),
}

GPUS = {
    "GpusMissing": Case(
        fires={
            'kube_node_status_capacity{node="gpu-1",resource="nvidia_com_gpu"}': "4x20",
            'kube_node_status_allocatable{node="gpu-1",resource="nvidia_com_gpu"}': "3x20",
        },
        at="10m",
        says={"node": "gpu-1", "resource": "nvidia_com_gpu"},
        silent={
            'kube_node_status_capacity{node="gpu-1",resource="nvidia_com_gpu"}': "4x20",
            'kube_node_status_allocatable{node="gpu-1",resource="nvidia_com_gpu"}': "4x20",
            'kube_node_status_capacity{node="gpu-1",resource="memory"}': "4x20",
            'kube_node_status_allocatable{node="gpu-1",resource="memory"}': "3x20",
        },
    ),
    "GpuXidError": Case(
        fires={f"DCGM_FI_DEV_XID_ERRORS{{{GPU}}}": "0x5 79x30"},
        at="10m",
        says={"gpu": "0", "Hostname": "gpu-1", "pod": "p"},
        # The last error's number stays when the error has long been dealt with.
        silent={f"DCGM_FI_DEV_XID_ERRORS{{{GPU}}}": "79x30"},
        silent_at="20m",
    ),
    "GpuMemoryBroken": Case(
        fires={f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{GPU}}}": "1x5"},
        at="2m",
        silent={f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{GPU}}}": "0x5"},
    ),
    "GpuHot": Case(
        fires={f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}}": "88x20"},
        at="15m",
        silent={f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}}": "84x20"},
    ),
}

REPORTED = 'namespace="vision",job="resnet"'
TRAININGS = {
    "TrainingFailed": Case(
        fires={f'kube_job_failed{{{JOB},condition="true"}}': "1x10", **TRAINING},
        at="5m",
        says={"job_name": "resnet", "team": "vision"},
        silent={f'kube_job_failed{{{JOB},condition="true"}}': "1x10"},
    ),
    "TrainingStalled": Case(
        fires={f"training_step{{{REPORTED}}}": "100x60", **RUNNING},
        at="45m",
        says={"job": "resnet"},
        # What a finished job has reported stays.
        silent={f"training_step{{{REPORTED}}}": "100x60", f"kube_job_status_active{{{JOB}}}": "2x20 0x40"},
    ),
    "TrainingDiverged": Case(
        fires={f"training_loss{{{REPORTED}}}": f"2x5 {' NaN' * 15}", **RUNNING},
        at="10m",
        says={"job": "resnet"},
        silent={f"training_loss{{{REPORTED}}}": "2x5 1e30x20", **RUNNING},
    ),
}

WORK = {**PODS, **GPUS, **TRAININGS}
