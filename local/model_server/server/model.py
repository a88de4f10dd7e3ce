"""A loaded version of a model, as the REST side sees it: TensorFlow stays behind `run`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
    """One version."""

    version: int
    signatures: dict[str, Signature]
    # All signatures in the JSON form of their proto, for the metadata path.
    described: dict[str, Any]
