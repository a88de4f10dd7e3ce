"""Rules about the cluster's own settings."""

from collections.abc import Iterator
from pathlib import Path

from stacks.settings.checks.finding import known, mistake, present
from stacks.settings.errors import Mistake
from stacks.settings.sources import BundleSource
from stacks.settings.stack import Settings


def bundle_is_there(settings: Settings, directory: Path) -> Iterator[Mistake]:
    """Found now, a missing bundle costs nothing; found later, machines are half prepared."""
    source = settings.cluster.source
    if not isinstance(source, BundleSource) or not known(source.path):
        return
    if not (directory / Path(source.path).expanduser() / "MANIFEST").is_file():
        yield mistake(
            "cluster.source.path",
            f"{source.path}, which has no MANIFEST",
            "a directory that the bundle was built into",
            "correct the path; for dev, `make up` builds the bundle",
        )


def image_collection(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The kubelet does not start when it would stop collecting above where it starts."""
    high, low = settings.cluster.kubelet.image_gc_high_percent, settings.cluster.kubelet.image_gc_low_percent
    if present(high, low) and low >= high:
        yield mistake(
            "cluster.kubelet.imageGcLowPercent",
            f"{low}, with imageGcHighPercent {high}",
            "less than imageGcHighPercent",
            "lower it: images are collected from the high mark down to the low one",
        )


CHECKS = (bundle_is_there, image_collection)
