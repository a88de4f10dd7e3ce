"""How much of a namespace's quota its models and training need, so that too small a one is found early."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

from settings.base import UNKNOWN
from settings.evaluation import JOBS_KEPT
from settings.evaluation import REQUESTS as EVALUATION
from settings.files import S3Files
from settings.gpu_resources import GPU
from settings.models import ModelSettings
from settings.quantities import quantity_value
from settings.rollout import RolloutSettings
from settings.training import TrainingSettings

# Of a quota, what a team's queue gives out.
GIVEN_OUT = ("requests.cpu", "requests.memory", f"requests.{GPU}")
BINARY_UNITS = (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10))


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """A resource of which a quota has less than models and training need."""

    resource: str
    """As a ResourceQuota names it."""
    has: str
    needs: Decimal
    by: Mapping[str, Decimal]
    """How much each model and job needs."""

    @property
    def wanted(self) -> str:
        """The amount that would do, as a quantity."""
        return quantity_text(self.needs)

    @property
    def users(self) -> str:
        """Who needs how much, in words."""
        return ", ".join(f"{name} {quantity_text(amount)}" for name, amount in self.by.items() if amount)


def pods_at_most(model: ModelSettings) -> int:
    """How many pods of the model there can be at once, in all its tracks.

    A rollout on CPUs begins with one more in each; on GPUs the old pod goes first.
    """
    most = model.replicas if model.autoscaling is None else model.autoscaling.max
    tracks = [track.replicas or most for track in model.rollout.tracks] or [most]
    return sum(tracks) + (0 if model.gpu else len(tracks))


def shortages(
    hard: Mapping[str, str], work: Iterable[ModelSettings | TrainingSettings]
) -> Iterator[Shortage]:
    """What the quota with these limits has too little of. Work that could not be read is passed over.

    Of what a queue gives out, jobs that wait in one need what the largest of them needs.
    """
    work = list(work)
    queued = {one.name for one in work if isinstance(one, TrainingSettings) and one.queue is not None}
    needs: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for one in work:
        found = _of_job(one) if isinstance(one, TrainingSettings) else _of_model(one)
        for resource, amount in found.items():
            needs[resource][one.name] = needs[resource].get(one.name, Decimal(0)) + amount
    for resource, has in hard.items():
        by = needs.get(resource, {})
        if resource in GIVEN_OUT:
            by = _one_at_a_time(by, queued)
        total = sum(by.values(), Decimal(0))
        if total > quantity_value(has):
            yield Shortage(resource=resource, has=has, needs=total, by=by)


def _one_at_a_time(by: Mapping[str, Decimal], queued: Set[str]) -> Mapping[str, Decimal]:
    largest = max(queued & by.keys(), key=by.__getitem__, default=None)
    return {name: amount for name, amount in by.items() if name not in queued or name == largest}


def quantity_text(amount: Decimal) -> str:
    """The shortest usual way to write an amount: 6Gi, 2.5, 3."""
    for unit, size in BINARY_UNITS:
        if amount and amount % size == 0:
            return f"{amount // size}{unit}"
    return f"{amount.normalize():f}"


def _of_job(job: TrainingSettings) -> Mapping[str, Decimal]:
    requests = job.resources.requests
    if UNKNOWN in (job.name, job.workers, job.gpu, job.gpu_resource, job.size, requests.cpu, requests.memory):
        return {}
    return {
        "requests.cpu": job.workers * quantity_value(requests.cpu),
        "requests.memory": job.workers * quantity_value(requests.memory),
        f"requests.{job.gpu_resource}": Decimal(job.workers * job.gpu),
        "requests.storage": quantity_value(job.size),
        "persistentvolumeclaims": Decimal(1),
        "count/jobs.batch": Decimal(1),
    }


def _of_model(model: ModelSettings) -> Mapping[str, Decimal]:
    if not _known(model):
        return {}
    requests, pods = model.resources.requests, pods_at_most(model)
    fetched = isinstance(model.files, S3Files)
    evaluations = (len(model.rollout.tracks) or 1) if model.evaluation is not None else 0
    return {
        "requests.cpu": pods * quantity_value(requests.cpu) + evaluations * quantity_value(EVALUATION["cpu"]),
        "requests.memory": (
            pods * quantity_value(requests.memory) + evaluations * quantity_value(EVALUATION["memory"])
        ),
        "count/jobs.batch": Decimal(evaluations * JOBS_KEPT),
        f"requests.{model.gpu_resource}": Decimal(pods * model.gpu),
        # What pods fetch by themselves they keep in no claim.
        "requests.storage": Decimal(0) if fetched else quantity_value(model.storage.size),
        "persistentvolumeclaims": Decimal(0 if fetched else 1),
        "services.nodeports": Decimal(_node_ports(model.rollout)),
    }


def _node_ports(rollout: RolloutSettings) -> int:
    """The model's own, unless it is asked at the gateway, and those of tracks that have one."""
    return int(not rollout.routed) + sum(track.node_port is not None for track in rollout.tracks)


def _known(model: ModelSettings) -> bool:
    """Whether everything that is counted here could be read."""
    tracks = model.rollout.tracks
    parts = [model.name, model.replicas, model.autoscaling, model.gpu, model.gpu_resource, model.storage.size]
    parts += [model.resources.requests.cpu, model.resources.requests.memory, model.rollout, tracks, *tracks]
    parts += [model.rollout.strategy, model.rollout.split_by, model.evaluation]
    parts += [getattr(model.autoscaling, "max", None), *(track.replicas for track in tracks)]
    return UNKNOWN not in parts
