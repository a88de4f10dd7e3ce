"""Queueing: the flavors of the cluster, and the queues of teams that have one."""

from collections.abc import Mapping
from decimal import Decimal

from pulumi import Output, ResourceOptions

from components.queueing.team_queue import Amount, TeamQueue, TeamQueueArgs, register_flavors
from stacks.outputs import ClusterOutputs
from stacks.settings import Settings, TeamSettings
from stacks.settings.fields import quantity_value
from stacks.settings.needs import quantity_text


def build_queueing(
    settings: Settings, cluster: ClusterOutputs, namespaces: Mapping[str, Output[str]]
) -> None:
    """Make what the settings ask for; nothing without `platform.queueing`."""
    queueing = settings.platform.queueing
    if queueing is None:
        return
    options = ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
    flavors = register_flavors(queueing.products, options)
    for team in settings.platform.teams:
        if (queue := team.queue) is None:
            continue
        TeamQueue(
            team.name,
            TeamQueueArgs(
                team=team.name,
                namespace=namespaces[team.name],
                cpu=_amount(queue.cpu, team.quota.cpu),
                memory=_amount(queue.memory, team.quota.memory),
                gpus={
                    product: _amount(str(own), _gpus_left(team, own)) for product, own in queue.gpus.items()
                },
                flavors=flavors,
            ),
            ResourceOptions(provider=cluster.kubernetes),
        )


def _amount(own: str, most: str) -> Amount:
    """As much more may be borrowed as the team's quota lets it have at all."""
    left = max(quantity_value(most) - quantity_value(own), Decimal(0))
    return Amount(own=own, borrowed=quantity_text(left))


def _gpus_left(team: TeamSettings, own: int) -> str:
    """The most of one product, when the team has its own of all others."""
    others = sum(team.queue.gpus.values()) - own if team.queue is not None else 0
    return str(team.quota.gpu - others)
