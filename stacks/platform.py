"""The platform layer: what the cluster offers to those who use it."""

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
    """Make the namespaces and teams of the settings on the cluster, and what all of them may use."""
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    build_gpus(settings, cluster)
    shares = build_queueing(settings, cluster)
    tenancy = build_tenancy(settings, cluster, {team: queue.cluster_queue for team, queue in shares.items()})
    build_nfs(settings, cluster)
    return PlatformOutputs(
        namespaces=tenancy.namespaces,
        teams=tenancy.teams,
        queues={team: queue.register_local_queue(tenancy.namespaces[team]) for team, queue in shares.items()},
        priorities=register_priorities(options),
        gateway=build_gateway(settings, cluster, tenancy.namespaces),
        scaling_apis=build_autoscaling(settings, cluster, tenancy.deleted_last),
        next_spare_machines=next_spare_machines(settings, cluster),
        monitoring=build_monitoring(settings, cluster),
        logging=build_logging(settings, cluster),
    )
