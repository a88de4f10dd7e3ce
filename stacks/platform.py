"""The platform layer: the cluster's shared services, namespaces and teams."""

from pulumi import ResourceOptions

from components.kubernetes.priorities import register_priorities
from settings import Settings
from stacks.autoscaling import build_autoscaling, next_spare_machines
from stacks.gateway import build_gateway
from stacks.gpu import build_gpus
from stacks.logging import build_logging
from stacks.monitoring import build_monitoring
from stacks.nfs import build_nfs
from stacks.outputs import ClusterOutputs, PlatformOutputs
from stacks.queueing import build_queueing
from stacks.tenancy import build_tenancy


def build(settings: Settings, cluster: ClusterOutputs) -> PlatformOutputs:
    """Register the namespaces and teams of the settings, and the services that they share."""
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    build_gpus(settings, cluster)
    queues = build_queueing(settings, cluster)
    tenancy = build_tenancy(settings, cluster, {team: queue.cluster_queue for team, queue in queues.items()})
    build_nfs(settings, cluster)
    return PlatformOutputs(
        namespaces=tenancy.namespaces,
        teams=tenancy.teams,
        queues={team: queue.register_local_queue(tenancy.namespaces[team]) for team, queue in queues.items()},
        priorities=register_priorities(options),
        gateway=build_gateway(settings, cluster, tenancy.namespaces),
        scaling_apis=build_autoscaling(settings, cluster, tenancy.deleted_last),
        next_spare_machines=next_spare_machines(settings, cluster),
        monitoring=build_monitoring(settings, cluster),
        logging=build_logging(settings, cluster),
    )
