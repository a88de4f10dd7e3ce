"""Rules about queues: what they give out is there, and theirs to give."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from settings.base import suggestion
from settings.checks.finding import duplicates, known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.gpu_resources import GPU
from settings.layers import Layer
from settings.paths import SettingPath, at, each
from settings.quantities import quantity_value
from settings.queueing import LOCAL_QUEUE, QueueSettings
from settings.stack import Settings
from settings.teams import TeamSettings


def _queues(settings: Settings) -> Iterator[tuple[SettingPath, TeamSettings, QueueSettings]]:
    for path, team in each(settings.platform.teams, at.platform.teams):
        if known(team) and present(team.queue) and team.queue is not None:
            yield path.queue, team, team.queue


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
            at.platform.queueing,
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
        each(queueing.products, at.platform.queueing.products),
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
                    path.gpus[product],
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
                    path[key],
                    f"{own}, with quota.{key} {most}",
                    f"at most quota.{key}",
                    "lower it, or raise the quota",
                )
        if present(queue.gpus, team.quota.gpu) and known(*queue.gpus.values()):
            total = sum(queue.gpus.values())
            if total > team.quota.gpu:
                yield mistake(
                    path.gpus,
                    f"{total} in all, with quota.gpu {team.quota.gpu}",
                    "at most quota.gpu",
                    "lower one of them, or raise the quota",
                )


def work_waits_in_a_queue(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A Job that names a queue which is not there waits forever, or begins at once where nothing looks."""
    if (queues := _made_here(settings)) is None:
        return
    for path, job in each(settings.training, at.training):
        if not present(job.queue) or not known(job.namespace):
            continue
        if job.namespace not in queues:
            yield mistake(
                path.queue,
                f"a queue, and the namespace {job.namespace} has none",
                f"a queue in the namespace of a team that has one: {', '.join(queues) or 'there is none'}",
                "give the team a queue, move the job, or let it begin at once without one",
            )
        elif job.queue != LOCAL_QUEUE:
            yield mistake(
                path.queue,
                f"{job.queue}, which is no queue of the team {job.namespace}",
                LOCAL_QUEUE,
                f"write queue: {LOCAL_QUEUE}",
            )


def queues_give_out_what_work_asks_for(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A Job that asks for GPUs which its queue has none of waits forever."""
    if (queues := _made_here(settings)) is None:
        return
    for path, job in each(settings.training, at.training):
        queue = queues.get(job.namespace)
        if queue is None or not present(job.queue, queue.gpus, job.gpu, job.gpu_resource):
            continue
        if not job.gpu or not known(job.product):
            continue
        products = ", ".join(queue.gpus) or "none"
        if job.gpu_resource != GPU:
            yield mistake(
                path.gpu_resource,
                f"{job.gpu_resource}, which no queue gives out",
                f"{GPU}, of the products of the team's queue: {products}",
                "ask for whole GPUs, or let the job begin at once without a queue",
            )
        elif not queue.gpus or (job.product is not None and job.product not in queue.gpus):
            yield mistake(
                path.gpu,
                f"{job.gpu} {job.product or 'of any product'}, and the queue of the team has none",
                f"GPUs of the products of the team's queue: {products}",
                "add the product to the queue, or let the job begin at once without one",
            )


def _made_here(settings: Settings) -> Mapping[str, QueueSettings] | None:
    """By team the queues that this stack makes; None where another makes them, or not all could be read."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform):
        return None
    teams = settings.platform.teams
    if not known(teams, *teams) or not all(known(team.name, team.queue) for team in teams):
        return None
    return {team.name: team.queue for team in teams if team.queue is not None}


CHECKS = (
    queues_are_served,
    products_are_listed,
    queue_within_quota,
    work_waits_in_a_queue,
    queues_give_out_what_work_asks_for,
)
