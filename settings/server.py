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

    max_batch_size: Count = 32
    """Rows of one batch at most."""

    timeout_micros: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """Microseconds that the first request of a batch waits for others."""

    threads: Annotated[int, Field(ge=1, le=1024)] = 8
    """Batches that run at the same time."""

    max_enqueued_batches: Count = 8
    """Batches that wait; more are refused with 503. As many as `threads` keep the delay bounded."""


class ServerSettings(Model):
    """TensorFlow Serving's own settings. Changed labels need no new pods; everything else does."""

    versions: Items[Version] = ()
    """Versions that each pod serves side by side; not beside `rollout.tracks`. Empty: the highest one."""

    labels: dict[VersionLabel, Version] = Field(default_factory=dict)
    """Names of versions that clients may ask for, `/v1/models/<servedName>/labels/<label>`: the light A/B.

    Each names one of `versions`.
    """

    batching: BatchingSettings | None = None
    """How requests are put together. `null`: each runs by itself."""

    warmup: bool = True
    """Whether the requests in a version's `assets.extra` are run before it answers others."""

    startup_seconds: Annotated[int, Field(ge=1, le=86400)] | None = None
    """How long loading may take before the pod is started again; `pulumi up` waits as long, too.

    `null`: 600, and `pulumi up` waits by its own rules.
    """

    @property
    def several_versions(self) -> bool:
        """Whether every version that is there is served, not only the highest."""
        return len(self.versions) > 1
