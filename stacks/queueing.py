"""Queueing: Kueue, the flavors of the cluster, and the queues of teams that have one."""

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
    """Make what the settings ask for, but for the queues in the teams' namespaces; by the team's name."""
    queueing = settings.platform.queueing
    if queueing is None:
        return {}
    after = _install(settings, cluster) if queueing.install else cluster.ready
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(after))
    flavors = register_flavors(queueing.products, options)
    return {
        team.name: _share(team, team.queue, flavors, cluster)
        for team in settings.platform.teams
        if team.queue is not None
    }


def _install(settings: Settings, cluster: ClusterOutputs) -> Sequence[Resource]:
    """Kueue itself; what must be there before the first of its objects."""
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


def _share(
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
    """As much more may be borrowed as the team's quota lets it have at all."""
    left = max(quantity_value(most) - quantity_value(own), Decimal(0))
    return Amount(nominal=own, borrowing_limit=quantity_text(left))


def _gpus_left(team: TeamSettings, queue: QueueSettings, own: int) -> str:
    """The most of one product, when the team has its own of all others."""
    return str(team.quota.gpu - (sum(queue.gpus.values()) - own))
