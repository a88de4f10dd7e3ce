"""What a model promises: whoever looks after it hears when it uses up too fast what may go wrong."""

from typing import Annotated

from pydantic import Field

from settings.base import Model

# Below it the fastest burn rate would be more than all requests, and never reached.
LOWEST_PERCENT = 94.0
# Of which the part below is computed; the last bucket of TensorFlow Serving has no end.
MILLISECONDS = range(1, 600_001)
# Of a month's requests.
PromisedPercent = Annotated[float, Field(ge=LOWEST_PERCENT, lt=100)]


class LatencySettings(Model):
    """How many answers have to come within how long, as the server measures it."""

    milliseconds: Annotated[int, Field(ge=MILLISECONDS.start, lt=MILLISECONDS.stop)]
    """Milliseconds within which an answer has to come."""

    percent: PromisedPercent = 99.0
    """Percent of a month's answers that have to come within them."""


class ObjectivesSettings(Model):
    """What the model promises: somebody is told when it uses up too fast what a month allows to go wrong.

    Needs `platform.monitoring`.
    """

    availability_percent: PromisedPercent = 99.5
    """Percent of a month's requests that do not fail by the server's fault."""

    latency: LatencySettings | None = None
    """How fast answers come. `null`: it promises nothing about that."""
