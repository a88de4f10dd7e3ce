"""What a stack's settings ask this computer for, read before anything long begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from components import versions
from local.bundle.modules import KUBERNETES_VERSION
from local.errors import Problem
from local.paths import LOCAL, REPOSITORY
from local.stack_config import read_user_file
from stacks.settings import Mistake, SettingsError, parse
from stacks.settings.layers import environment

PREFIX = "metalml:"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What has to be in `.local` before the program runs."""

    cluster: str
    machines: bool
    bundle: bool
    model: bool


def read_needs(stack: str) -> Needs:
    """What to make. Mistakes in the settings are named first, all at once, by the program's own rules."""
    config = read_user_file(stack).get("config") or {}
    raw = {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}
    try:
        parse(raw, stack, REPOSITORY)
    except SettingsError as error:
        mistakes = [mistake for mistake in error.mistakes if not _made_here(mistake)]
        if mistakes:
            raise Problem(str(SettingsError(stack, mistakes))) from error
    cluster = raw.get("cluster") or {}
    bundle = (cluster.get("source") or {}).get("kind") == "bundle"
    wanted = cluster.get("kubernetesVersion", versions.KUBERNETES)
    if bundle and wanted != KUBERNETES_VERSION:
        raise Problem(
            f"metalml:cluster.kubernetesVersion is {wanted}, but the bundle is built from"
            f" {KUBERNETES_VERSION}: choose that, or raise it in local/bundle/modules/kubernetes/go.mod"
        )
    return Needs(
        cluster=cluster.get("name", environment(stack)),
        machines=any(machine.get("provider") == "local" for machine in _all(raw.get("machines"))),
        bundle=bundle,
        model=any(_is_local(model["files"]["source"]) for model in _all(raw.get("models"))),
    )


def _all(entries: Any) -> Iterable[dict[str, Any]]:
    return entries or []


def _made_here(mistake: Mistake) -> bool:
    """Whether it is about a file that is missing only because it was not made yet."""
    return mistake.given.startswith(f"{LOCAL.name}/") and _is_local(mistake.given)


def _is_local(path: str) -> bool:
    return (REPOSITORY / path).is_relative_to(LOCAL)
