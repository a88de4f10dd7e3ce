"""What pods set aside, of which each machine has so much: by namespace, machine and resource."""

from components.monitoring.rules.values import Group, Record

REQUESTS = "namespace_node:requests:sum"
# Pods that have ended are still known for a while, with all that they asked for.
LIVE_PODS = 'max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)'


def requests_group() -> Group:
    """One series for each, by the names that kube-state-metrics has for resources: cpu, nvidia_com_gpu.

    A pod that no machine was found for takes nothing of any.
    """
    by_pod = 'sum by (namespace, pod, node, resource) (kube_pod_container_resource_requests{node!=""})'
    live = f"{by_pod} * on (namespace, pod) group_left () {LIVE_PODS}"
    return Group(
        name="requests",
        rules=[Record(name=REQUESTS, expr=f"sum by (namespace, node, resource) ({live})")],
    )
