"""Queueing: Kueue, the ResourceFlavors of the cluster, and the ClusterQueues of teams."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pulumi import Resource, ResourceOptions

from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from components.queueing.crds import INTERNAL, RELEASE, kueue_definitions
from components.queueing.kueue import Kueue, KueueArgs
from components.queueing.team_queue import Amount, TeamQueue, TeamQueueArgs, register_flavors
from settings import QueueSettings, Settings, TeamSettings
from settings.needs import quantity_text
from settings.quantities import quantity_value
from stacks.outputs import ClusterOutputs


def build_queueing(settings: Settings, cluster: ClusterOutputs) -> Mapping[str, TeamQueue]:
    """Register Kueue, ResourceFlavors and ClusterQueues; returns the queues by team, without LocalQueues."""
    queueing = settings.platform.queueing
    if queueing is None:
        return {}
    after = _install(settings, cluster) if queueing.install else cluster.ready
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(after))
    flavors = register_flavors(queueing.products, options)
    return {
        team.name: _team_queue(team, team.queue, flavors, cluster)
        for team in settings.platform.teams
        if team.queue is not None
    }


def _install(settings: Settings, cluster: ClusterOutputs) -> Sequence[Resource]:
    """Register Kueue; returns the dependencies of Kueue's objects."""
    kueue = Kueue(
        "kueue",
        KueueArgs(
            image=settings.image("kueue"),
            definitions=Definitions(
                release=RELEASE,
                objects=kueue_definitions(release_cache()),
                internal=INTERNAL,
                kubeconfig=cluster.kubeconfig,
            ),
            wait_for=cluster.ready,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    return kueue.ready


def _team_queue(
    team: TeamSettings, queue: QueueSettings, flavors: Sequence[Resource], cluster: ClusterOutputs
) -> TeamQueue:
    gpus = {product: _amount(str(own), _gpus_left(team, queue, own)) for product, own in queue.gpus.items()}
    args = TeamQueueArgs(
        team=team.name,
        cpu=_amount(queue.cpu, team.quota.cpu),
        memory=_amount(queue.memory, team.quota.memory),
        gpus=gpus,
        flavors=flavors,
    )
    return TeamQueue(team.name, args, ResourceOptions(provider=cluster.kubernetes))


def _amount(own: str, most: str) -> Amount:
    """Nominal quota, and as borrowing limit the rest of the team's ResourceQuota."""
    left = max(quantity_value(most) - quantity_value(own), Decimal(0))
    return Amount(nominal=own, borrowing_limit=quantity_text(left))


def _gpus_left(team: TeamSettings, queue: QueueSettings, own: int) -> str:
    """The ResourceQuota's GPUs that are left for one product beside the nominal quota of all others."""
    return str(team.quota.gpu - (sum(queue.gpus.values()) - own))
