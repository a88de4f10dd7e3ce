"""Rules about where models' files are."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path, PurePosixPath

from settings.checks.finding import known, mistake, names_in, present
from settings.checks.layers import owned
from settings.errors import Mistake
from settings.files import HostFiles, NfsFiles
from settings.layers import Layer
from settings.model_versions import versions_in
from settings.paths import at, each
from settings.stack import Settings
from settings.training import NfsDirectory


def directories_apart(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Files are in <hostPath>/<servedName>; inside another model's directory they would be served with it."""
    places = [
        (path, model.files.machine, PurePosixPath(model.files.host_path, model.served_name))
        for path, model in each(settings.models, at.models)
        if isinstance(model.files, HostFiles)
        and present(model.files.machine, model.files.host_path, model.served_name)
    ]
    for (first, machine, one), (second, other_machine, other) in combinations(places, 2):
        if machine == other_machine and (one.is_relative_to(other) or other.is_relative_to(one)):
            yield mistake(
                second.files.host_path,
                f"files in {other}, where {first} has {one} on {machine}",
                "a directory <hostPath>/<servedName> of the model's own, not inside another model's",
                "choose another servedName or hostPath",
            )


def source_or_revision(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Files either come from here, or somebody else puts them there and says when they are others."""
    for path, model in each(settings.models, at.models):
        files = model.files
        if not isinstance(files, HostFiles) or not known(files.source, files.revision):
            continue
        if (files.source is None) == (files.revision is None):
            yield mistake(
                path.files.source,
                "missing" if files.source is None else f"{files.source}, beside a revision",
                "a source, or a revision where something else puts the files on the machine",
                "give one of them",
            )


def model_files(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """TensorFlow Serving looks for <number>/saved_model.pb and waits for ever when there is none."""
    for path, model in each(settings.models, at.models):
        files = model.files
        if not isinstance(files, HostFiles) or not present(files.source):
            continue
        source = directory / Path(str(files.source)).expanduser()
        if not versions_in(source):
            what = "which has no such version" if names_in(source) else "which is not a directory with files"
            yield mistake(
                path.files.source,
                f"{files.source}, {what}",
                "a directory with at least one <number>/saved_model.pb",
                "correct the path, or export the model there; for dev, `make up` makes the model",
            )


def shares_have_a_driver(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A pod with a share waits for ever on a cluster on which nothing mounts shares."""
    if not owned(settings, Layer.PLATFORM) or not known(settings.platform, settings.platform.nfs):
        return
    if settings.platform.nfs is not None:
        return
    for path, place in (
        *((path.files, model.files) for path, model in each(settings.models, at.models)),
        *((path.directory, job.directory) for path, job in each(settings.training, at.training)),
    ):
        if isinstance(place, NfsFiles | NfsDirectory):
            yield mistake(
                path.kind,
                "nfs, without platform.nfs",
                "nfs on a platform that mounts shares",
                "set platform.nfs: {}, or choose another kind",
            )


def both_keys(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Half of the keys opens nothing."""
    id_, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if not known(id_, secret) or bool(id_) == bool(secret.get_secret_value()):
        return
    given, missing = ("s3AccessKeyId", "s3SecretAccessKey")[:: 1 if id_ else -1]
    option = " --secret" if id_ else ""
    yield mistake(
        at[missing],
        f"missing, where {given} is set",
        "both keys, or none for what the store shows to everybody",
        f"pulumi config set{option} metalml:{missing} <value>",
    )


CHECKS = (
    directories_apart,
    source_or_revision,
    model_files,
    shares_have_a_driver,
    both_keys,
)
