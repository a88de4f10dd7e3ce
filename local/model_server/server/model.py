"""A loaded version of a model, as the REST side sees it: TensorFlow stays behind `run`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .flags import UsageError

DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """An input of a signature."""

    # As TensorFlow calls it: float, int64, string, ...
    dtype: str
    # None is any rank, -1 any size.
    shape: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One way to call the model."""

    inputs: dict[str, Tensor]
    # Takes nested lists by input, gives nested lists by output.
    run: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Model:
    """The one version that is served."""

    name: str
    version: int
    signatures: dict[str, Signature]
    # All signatures in the JSON form of their proto, for the metadata path.
    described: dict[str, Any]


def newest_version(base: Path) -> tuple[int, Path]:
    """The highest number among the directory's folders, and that folder."""
    try:
        found = [path for path in base.iterdir() if re.fullmatch(r"[0-9]+", path.name) and path.is_dir()]
    except OSError as error:
        raise UsageError(f"cannot read the model's directory: {error}") from error
    if not found:
        raise UsageError(f"no versions of the model under {base}: there must be a folder with a number")
    newest = max(found, key=lambda path: int(path.name))
    return int(newest.name), newest
