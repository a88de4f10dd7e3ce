"""Labels and taint of nodes with GPUs, with the keys of NVIDIA's GPU Feature Discovery and GPU Operator."""

from settings.gpu import MachineGpuSettings

# (key, value, effect)
TAINT = ("nvidia.com/gpu", "present", "NoSchedule")
PRESENT = {"nvidia.com/gpu.present": "true"}
# GPU Feature Discovery would set these two; it needs one more DaemonSet on every node of the cluster.
COUNT_LABEL = "nvidia.com/gpu.count"
PRODUCT_LABEL = "nvidia.com/gpu.product"
# Selects one of the configurations of the device plugin.
SHARING_LABEL = "nvidia.com/device-plugin.config"


def gpu_labels(gpu: MachineGpuSettings) -> dict[str, str]:
    """Labels of a node with GPUs, without those of unset settings."""
    labels = dict(PRESENT)
    if gpu.count is not None:
        labels[COUNT_LABEL] = str(gpu.count)
    if gpu.product is not None:
        labels[PRODUCT_LABEL] = gpu.product
    if gpu.sharing is not None:
        labels[SHARING_LABEL] = gpu.sharing
    return labels
