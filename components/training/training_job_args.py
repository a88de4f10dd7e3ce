"""What a training job is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import Input, Resource

from components.checks import require_dns_label, require_pinned_image
from components.serving.placement import Placement
from settings.gpu_resources import GPU
from settings.training import NAME_LENGTH, Framework

MOST_WORKERS = 1000


@dataclass(frozen=True, kw_only=True)
class TrainingJobArgs:
    """One job: what runs, on how many workers, and where its checkpoints are."""

    name: str
    namespace: Input[str]
    image: str
    claim: Input[str]
    """Claim of the volume with checkpoints and trained models. Every worker mounts it, so it is either on a
    share, or on one machine, where then all workers run."""
    command: Sequence[str]
    script: str | None = None
    """Text of a program that workers find as SCRIPT_PATH."""
    environment: Mapping[str, str] = field(default_factory=dict)
    framework: Framework = Framework.TENSORFLOW
    workers: int = 1
    run: str = "1"
    """Checkpoints of another run are others: it begins anew."""
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    gpu: int = 0
    """GPUs of each worker."""
    gpu_resource: str = GPU
    placement: Placement = field(default_factory=Placement)
    priority: Input[str]
    retries: int = 6
    """How often each worker may fail. Evictions do not count."""
    keep_seconds: int | None = None
    """How long a finished job stays before Kubernetes removes it; None: until the stack does."""
    push_url: Input[str] | None = None
    """Of the Pushgateway that the program tells its step and its loss; None: it tells nobody."""
    queue: Input[str] | None = None
    """Name of a Kueue LocalQueue that lets the job begin; None: it begins at once."""
    wait_for: Sequence[Resource] = ()
    """What must be there before the job. The component's own depends_on does not reach its children."""

    def __post_init__(self) -> None:
        require_dns_label("name", self.name)
        if len(self.name) > NAME_LENGTH:
            raise ValueError(f"name {self.name!r} is too long: workers are called <name>-<index>")
        require_pinned_image("image", self.image)
        require_dns_label("run", self.run)
        if not self.command:
            raise ValueError("command must name the program that workers run")
        if not 1 <= self.workers <= MOST_WORKERS:
            raise ValueError(f"workers must be 1 to {MOST_WORKERS}, got {self.workers}")
        if self.gpu < 0 or self.retries < 0:
            raise ValueError("gpu and retries must be 0 or more")
        if self.keep_seconds is not None and self.keep_seconds < 0:
            raise ValueError(f"keep_seconds must be 0 or more, got {self.keep_seconds}")
        self.placement.require_fits(self.gpu)
        for what, amounts in (("requests", self.requests), ("limits", self.limits)):
            missing = {"cpu", "memory"} - amounts.keys()
            if missing:
                raise ValueError(f"{what} must name cpu and memory, missing: {', '.join(sorted(missing))}")
