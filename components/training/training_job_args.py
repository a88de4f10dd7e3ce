"""What a training job is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, Resource

from components.checks import require_pinned_image
from settings.training import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class TrainingJobArgs:
    """One job: what runs, on how many workers, and where its checkpoints are."""

    settings: TrainingSettings
    namespace: Input[str]
    image: str
    claim: Input[str]
    """Claim of the volume with checkpoints and trained models. Every worker mounts it, so it is either on a
    share, or on one machine, where then all workers run."""
    script: str | None = None
    """Text of a program that workers find as SCRIPT_PATH, and run where the settings name no command."""
    priority: Input[str]
    push_url: Input[str] | None = None
    """Of the Pushgateway that the program tells its step and its loss; None: it tells nobody."""
    queue: Input[str] | None = None
    """Name of a Kueue LocalQueue that lets the job begin; None: it begins at once."""
    wait_for: Sequence[Resource] = ()
    """What must be there before the job. The component's own depends_on does not reach its children."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if self.script is None and not self.settings.command:
            raise ValueError("script must be given where the settings name no command that workers run")
