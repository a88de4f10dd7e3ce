"""How the server of a model is set up."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.base import Items, Model, wrong
from settings.fields import VERSION_LABEL, Version


def _version_label(value: Any) -> str:
    if not isinstance(value, str) or not VERSION_LABEL.fullmatch(value):
        raise wrong("a label of letters, digits and _, such as canary")
    return value


VersionLabel = Annotated[str, BeforeValidator(_version_label)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class BatchingSettings(Model):
    """Requests of several clients in one run of the model."""

    max_batch_size: Count = 32  # rows
    timeout_micros: Annotated[int, Field(ge=0, le=1_000_000)] = (
        1000  # how long the first one waits for others
    )
    threads: Annotated[int, Field(ge=1, le=1024)] = 8  # batches at the same time
    max_enqueued_batches: Count = 8  # more are refused with 503


class ServerSettings(Model):
    """TensorFlow Serving's own settings. Changed labels need no new pods; everything else does."""

    # Served side by side by each pod. Empty: the highest one.
    versions: Items[Version] = ()
    # Names of versions that clients may ask for, /v1/models/<servedName>/labels/<label>: the light A/B.
    labels: dict[VersionLabel, Version] = Field(default_factory=dict)
    batching: BatchingSettings | None = None
    warmup: bool = True  # run the requests of a version's assets.extra before it answers others
    # How long loading may take, 600 where it is not said; who says it has `up` wait as long, too.
    startup_seconds: Annotated[int, Field(ge=1, le=86400)] | None = None

    @property
    def several_versions(self) -> bool:
        """Whether every version that is there is served, not only the highest."""
        return len(self.versions) > 1
