"""Rules about teams: what they may have, and whether it is enough for what is served in their namespaces."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.gpu_resources import GPU, MIG_RESOURCES, SHARED_GPU
from settings.layers import Layer
from settings.needs import shortages
from settings.paths import SettingPath, at, each
from settings.quantities import quantity_value
from settings.stack import Settings
from settings.teams import TeamSettings

# Where the settings say it, by the names of a ResourceQuota; slices of GPUs are told by their profiles.
QUOTA_KEYS = {
    "requests.cpu": "cpu",
    "requests.memory": "memory",
    f"requests.{GPU}": "gpu",
    f"requests.{SHARED_GPU}": "sharedGpu",
    "requests.storage": "storage",
    "persistentvolumeclaims": "volumeClaims",
    "services.nodeports": "nodePorts",
    "count/jobs.batch": "jobs",
}


def _teams(settings: Settings) -> Iterator[tuple[SettingPath, TeamSettings]]:
    for path, team in each(settings.platform.teams, at.platform.teams):
        if known(team, team.quota, team.containers):
            yield path, team


def _place(resource: str, quota: SettingPath) -> SettingPath:
    profile = resource.removeprefix(f"requests.{MIG_RESOURCES}")
    return quota[QUOTA_KEYS[resource]] if resource in QUOTA_KEYS else quota.slices[profile]


def defaults_within_limits(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A container that says nothing would be refused: it would ask for more than it may take."""
    for path, team in _teams(settings):
        asked, most = team.containers.requests, team.largest
        where = "containers.limits" if present(team.containers.limits) else "quota"
        for key, request, limit in (("cpu", asked.cpu, most.cpu), ("memory", asked.memory, most.memory)):
            if present(request, limit) and quantity_value(request) > quantity_value(limit):
                yield mistake(
                    path.containers.requests[key],
                    f"{request}, with {where}.{key} {limit}",
                    f"at most {where}.{key}",
                    f"lower it, or raise {where}.{key}",
                )


def quota_is_enough(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Pods over a quota are refused one by one, long after the Deployment that wants them was taken."""
    if not owned(settings, Layer.MODELS):
        return
    for path, team in _teams(settings):
        parts = [getattr(team.quota, field) for field in type(team.quota).model_fields]
        if not known(*parts) or not known(*team.quota.slices, *team.quota.slices.values()):
            continue
        work = [
            one for one in (*settings.models, *settings.training) if known(one) and one.namespace == team.name
        ]
        for short in shortages(team.quota.hard(), work):
            yield mistake(
                _place(short.resource, path.quota),
                f"{short.has}, and its models and training need {short.wanted} ({short.users})",
                f"{short.wanted} or more; a rollout on CPUs begins with one more pod of the model",
                "raise the quota, or let them ask for less",
            )


def models_within_limits(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A pod with a container larger than the team's largest is refused."""
    if not owned(settings, Layer.PLATFORM):
        return
    teams = {team.name: (place, team) for place, team in _teams(settings) if known(team.name)}
    for path, model in each(settings.models, at.models):
        if not known(model.namespace) or model.namespace not in teams:
            continue
        place, team = teams[model.namespace]
        limits, most = model.resources.limits, team.largest
        source = place.containers.limits if present(team.containers.limits) else place.quota
        for key, limit, largest in (("cpu", limits.cpu, most.cpu), ("memory", limits.memory, most.memory)):
            if present(limit, largest) and quantity_value(limit) > quantity_value(largest):
                yield mistake(
                    path.resources.limits[key],
                    f"{limit}, in the namespace of the team {team.name}",
                    f"at most {largest}, which {source[key]} gives each container",
                    "lower it, or raise the team's",
                )


CHECKS = (defaults_within_limits, quota_is_enough, models_within_limits)
