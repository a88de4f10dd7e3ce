"""Rules about queues: what they give out is there, and theirs to give."""

from collections.abc import Iterator
from pathlib import Path

from stacks.settings.base import suggestion
from stacks.settings.checks.finding import duplicates, known, mistake, present
from stacks.settings.errors import Mistake
from stacks.settings.fields import quantity_value
from stacks.settings.queueing import QueueSettings
from stacks.settings.stack import Settings
from stacks.settings.teams import TeamSettings


def _queues(settings: Settings) -> Iterator[tuple[str, TeamSettings, QueueSettings]]:
    for index, team in enumerate(settings.platform.teams):
        if known(team) and present(team.queue) and team.queue is not None:
            yield f"platform.teams[{index}].queue", team, team.queue


def queues_are_served(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A queue without Kueue, or Kueue without a queue, would do nothing, silently."""
    queueing = settings.platform.queueing
    if not known(settings.platform, queueing, settings.platform.teams, *settings.platform.teams):
        return
    queues = list(_queues(settings))
    if queueing is None:
        for path, _team, _queue in queues:
            yield mistake(
                path,
                "a queue, on a cluster without queueing",
                "a queue with platform.queueing",
                "add queueing: {} to metalml:platform, or remove the queue",
            )
    elif not queues and all(known(team.queue) for team in settings.platform.teams):
        yield mistake(
            "platform.queueing",
            "queueing, and no team has a queue",
            "queueing with a queue of at least one team",
            "add queue: {cpu: …, memory: …} to a team, or remove queueing",
        )


def products_are_listed(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A queue of a flavor that does not exist is inactive: nothing in it ever begins."""
    queueing = settings.platform.queueing
    if not present(queueing) or queueing is None or not known(queueing.products, *queueing.products):
        return
    yield from duplicates(
        ((f"platform.queueing.products[{i}]", product) for i, product in enumerate(queueing.products)),
        "each product once",
        "remove one",
    )
    products = list(queueing.products)
    for path, _team, queue in _queues(settings):
        if not known(queue.gpus):
            continue
        for product in queue.gpus:
            if product not in products:
                close = suggestion(product, products)
                yield mistake(
                    f"{path}.gpus.{product}",
                    product,
                    f"one of platform.queueing.products: {', '.join(products) or 'there is none'}",
                    f"did you mean {close}?" if close else "add it there, or correct it",
                )


def queue_within_quota(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Kueue would let work begin whose pods the team's quota then refuses."""
    for path, team, queue in _queues(settings):
        for key, own, most in (
            ("cpu", queue.cpu, team.quota.cpu),
            ("memory", queue.memory, team.quota.memory),
        ):
            if present(own, most) and quantity_value(own) > quantity_value(most):
                yield mistake(
                    f"{path}.{key}",
                    f"{own}, with quota.{key} {most}",
                    f"at most quota.{key}",
                    "lower it, or raise the quota",
                )
        if present(queue.gpus, team.quota.gpu) and known(*queue.gpus.values()):
            total = sum(queue.gpus.values())
            if total > team.quota.gpu:
                yield mistake(
                    f"{path}.gpus",
                    f"{total} in all, with quota.gpu {team.quota.gpu}",
                    "at most quota.gpu",
                    "lower one of them, or raise the quota",
                )


CHECKS = (queues_are_served, products_are_listed, queue_within_quota)
