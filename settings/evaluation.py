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
    """How good the answers have to be. Needs `platform.monitoring`. Each track is evaluated by itself."""

    samples: LocalPath
    """File of labelled samples on this computer, at most 900 kB (docs/evaluation.md).

    Its lines are JSON: `{"instance": ..., "label": ..., "slice": "night"}`.
    """

    every_minutes: Literal[1, 2, 5, 10, 15, 20, 30, 60] = 15
    """Minutes between two evaluations."""

    accuracy: Share
    """Share of the samples, and of each slice of them, that has to be right at least."""

    drift: Share | None = None
    """How far the answers may be from the labels at most. `null`: it is measured only."""

    tolerance: Annotated[float, Field(ge=0)] = 0.01
    """By how much a number may miss its label and is right, as a share of the label.

    For labels below 1 a share of 1.
    """

    output: Text | None = None
    """Name of the output that is judged, of a model that gives several. `null`: it gives one."""
