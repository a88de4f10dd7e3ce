"""How good the answers of a model have to be, and by which samples that is known."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Model
from settings.fields import LocalPath, Share, Text

# Jobs that are there at once: the one that runs, the last that went well and the last that did not.
JOBS_KEPT = 3
# Of the pod that asks.
REQUESTS = {"cpu": "50m", "memory": "64Mi"}


class EvaluationSettings(Model):
    """Needs platform.monitoring. Each track is evaluated by itself."""

    # Lines of JSON: {"instance": ..., "label": ..., "slice": "night"}; docs/evaluation.md.
    samples: LocalPath
    every_minutes: Literal[1, 2, 5, 10, 15, 20, 30, 60] = 15
    accuracy: Share  # of the samples, at least, and of each slice
    drift: Share | None = None  # of the answers from the labels, at most; None: measured only
    tolerance: Annotated[float, Field(ge=0)] = 0.01  # by how much a number may miss its label and is right
    output: Text | None = None  # of a model that gives several
