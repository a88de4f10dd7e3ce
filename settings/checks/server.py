"""Rules about what a model's server is asked to serve."""

from collections.abc import Iterator
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.errors import Mistake
from settings.files import HostFiles
from settings.model_versions import versions_in
from settings.paths import at, each
from settings.stack import Settings


def one_list_of_versions(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A track has one version, which is its name for clients, too."""
    for path, model in each(settings.models, at.models):
        if not known(model.rollout, model.rollout.tracks, model.server) or not model.rollout.tracks:
            continue
        for key, given in (("versions", model.server.versions), ("labels", model.server.labels)):
            if present(given) and given:
                yield mistake(
                    path.server[key],
                    "given, beside rollout.tracks",
                    "nothing: each track serves its own version",
                    "remove it, or choose strategy: rolling",
                )


def labels_of_versions(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The server refuses a label for a version that it does not have."""
    for path, model in each(settings.models, at.models):
        server = model.server
        if not known(server, server.versions, server.labels, *server.versions) or model.rollout.tracks:
            continue
        for label, version in server.labels.items():
            if known(version) and version not in server.versions:
                yield mistake(
                    path.server.labels[label],
                    version,
                    f"one of server.versions: {', '.join(map(str, server.versions)) or 'there is none'}",
                    "add the version to server.versions, or correct the label",
                )


def versions_there(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """A server without the version that it is to serve never becomes ready."""
    for path, model in each(settings.models, at.models):
        files = model.files
        if not isinstance(files, HostFiles) or not present(files.source) or not known(model.server):
            continue
        there = versions_in(directory / Path(str(files.source)).expanduser())
        for place, version in each(model.server.versions, path.server.versions):
            if known(version) and there and version not in there:
                yield mistake(
                    place,
                    version,
                    f"a version of {files.source}: {', '.join(map(str, there))}",
                    "correct it, or export that version there",
                )


CHECKS = (one_list_of_versions, labels_of_versions, versions_there)
