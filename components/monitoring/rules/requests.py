"""Recording rule of resource requests, by namespace, node and resource."""

from components.monitoring.rules.values import Group, Record

REQUESTS = "namespace_node:requests:sum"
# kube-state-metrics still exports the requests of terminated pods.
LIVE_PODS = 'max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)'


def requests_group() -> Group:
    """The rule group; the label `resource` is as in kube-state-metrics: cpu, nvidia_com_gpu.

    Pods that are not scheduled do not count for any node.
    """
    by_pod = 'sum by (namespace, pod, node, resource) (kube_pod_container_resource_requests{node!=""})'
    live = f"{by_pod} * on (namespace, pod) group_left () {LIVE_PODS}"
    return Group(
        name="requests",
        rules=[Record(name=REQUESTS, expr=f"sum by (namespace, node, resource) ({live})")],
    )
