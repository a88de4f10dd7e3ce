"""What a stack's settings ask this computer for, read before anything long begins."""

from dataclasses import dataclass
from typing import Any

from components.kubernetes.release_file import ReleaseFile
from local.bundle.modules import KUBERNETES_VERSION
from local.bundle.served import SERVED, Served
from local.errors import Problem
from local.model_server import build as model_server
from local.paths import LOCAL, REPOSITORY
from local.stack_config import read_user_file
from settings import (
    ENCRYPTED,
    BundleSource,
    HostFiles,
    Layer,
    Mistake,
    Provider,
    Settings,
    SettingsError,
    read,
)
from stacks.images import images_of
from stacks.releases import releases_of

PREFIX = "metalml:"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What has to be in `.local` before the program runs."""

    cluster: str
    machines: bool
    bundle: bool
    model: bool
    images: tuple[Served, ...] = ()
    """Images that the machines get with the bundle, since they can be built here."""
    releases: tuple[ReleaseFile, ...] = ()
    """Files of releases that the program reads on this computer."""


def read_needs(stack: str) -> Needs:
    """What to make. Mistakes in the settings are named first, all at once, by the program's own rules."""
    config = read_user_file(stack).get("config") or {}
    raw = {key.removeprefix(PREFIX): _plain(value) for key, value in config.items() if key.startswith(PREFIX)}
    settings, mistakes = read(raw, stack, REPOSITORY)
    mistakes = [mistake for mistake in mistakes if not _made_here(mistake)]
    if mistakes:
        raise Problem(str(SettingsError(stack, mistakes)))
    cluster = settings.cluster
    bundle = settings.owns(Layer.CLUSTER) and isinstance(cluster.source, BundleSource)
    if bundle and cluster.kubernetes_version != KUBERNETES_VERSION:
        raise Problem(
            f"metalml:cluster.kubernetesVersion is {cluster.kubernetes_version}, but the bundle is built from"
            f" {KUBERNETES_VERSION}: choose that, or raise it in local/bundle/modules/kubernetes/go.mod"
        )
    return Needs(
        cluster=cluster.name,
        machines=any(machine.provider is Provider.LOCAL for machine in settings.machines),
        bundle=bundle,
        model=any(
            isinstance(model.files, HostFiles) and _is_local(model.files.source or "")
            for model in settings.models
        ),
        images=_images(settings) if bundle else (),
        releases=releases_of(settings),
    )


def _plain(value: Any) -> Any:
    """The value, with ENCRYPTED in the place of each one that only the engine can decrypt."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return ENCRYPTED if value.keys() == {"secure"} else {key: _plain(inner) for key, inner in value.items()}


def _images(settings: Settings) -> tuple[Served, ...]:
    used = {*images_of(settings).values()} & SERVED.keys()
    if not settings.owns(Layer.MODELS):
        # What models of another stack run only that stack knows; by something they have to be served.
        used.add(model_server.REFERENCE)
    return tuple(SERVED[image] for image in sorted(used))


def _made_here(mistake: Mistake) -> bool:
    """Whether it is about a file that is missing only because it was not made yet."""
    return mistake.given.startswith(f"{LOCAL.name}/") and _is_local(mistake.given)


def _is_local(path: str) -> bool:
    return (REPOSITORY / path).is_relative_to(LOCAL)
