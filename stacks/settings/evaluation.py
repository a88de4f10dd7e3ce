"""How good the answers of a model have to be, and by which samples that is known."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.settings.base import Model
from stacks.settings.fields import LocalPath, Share, Text


class EvaluationSettings(Model):
    """Needs platform.monitoring. Each track is evaluated by itself."""

    # Lines of JSON: {"instance": ..., "label": ..., "slice": "night"}; docs/evaluation.md.
    samples: LocalPath
    every_minutes: Literal[1, 2, 5, 10, 15, 20, 30, 60] = 15
    accuracy: Share  # of the samples, at least, and of each slice
    drift: Share | None = None  # of the answers from the labels, at most; None: measured only
    tolerance: Annotated[float, Field(ge=0)] = 0.01  # by how much a number may miss its label and is right
    output: Text | None = None  # of a model that gives several
