"""Rules about what the platform layer makes."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import duplicates, known, mistake
from settings.errors import Mistake
from settings.paths import at, each
from settings.stack import Settings

EXISTING = ("default", "kube-system", "kube-public", "kube-node-lease")


def own_namespaces(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A namespace that is there already cannot be made; Kubernetes' own must not go with a stack."""
    entries = [
        *each(settings.platform.namespaces, at.platform.namespaces),
        *((path.name, team.name) for path, team in each(settings.platform.teams, at.platform.teams)),
    ]
    for path, name in entries:
        if known(name) and (name in EXISTING or name.startswith("kube-")):
            yield mistake(path, name, "a namespace of your own", "choose another name")
    yield from duplicates(entries, "each namespace once, plain or a team's", "remove one")


CHECKS = (own_namespaces,)
