"""The arguments of a training job."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, Resource

from components.checks import require_pinned_image
from settings.training import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class TrainingJobArgs:
    """One training job: its program, its workers, and the volume with its checkpoints."""

    settings: TrainingSettings
    namespace: Input[str]
    image: str
    claim: Input[str]
    """Name of the claim of the volume with checkpoints and trained models. Every worker mounts it, so it is
    on an NFS share, or on one node, where then all workers run."""
    script: str | None = None
    """Text of a Python program, mounted as SCRIPT_PATH; workers run it unless the settings have a command."""
    priority: Input[str]
    push_url: Input[str] | None = None
    """URL of the Pushgateway, to which the program pushes its step and loss; None: it pushes nothing."""
    queue: Input[str] | None = None
    """Name of the Kueue LocalQueue that admits the Job; None: it starts immediately."""
    wait_for: Sequence[Resource] = ()
    """Dependencies of the Job. The component's own depends_on does not apply to its children."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if self.script is None and not self.settings.command:
            raise ValueError("script must be given where the settings name no command that workers run")
