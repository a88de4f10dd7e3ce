"""What `make up` says of a run of the engine."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from local.events import Condenser
from local.progress import Progress
from local.waits import Waits
from tests.api.api_server import ApiServer

# Seconds until a wait is a long one, and between two looks: as little as a test wants.
PATIENCE = 1
LOOK = 0.5


@dataclass(frozen=True, kw_only=True)
class Told:
    """Takes the events of one run."""

    on_event: Condenser
    _stream: io.StringIO

    @property
    def said(self) -> str:
        """What was said while the run went on."""
        return self._stream.getvalue()

    @property
    def error(self) -> str:
        """What is said when it has failed."""
        return self.on_event.told(Exception("the engine said nothing"))


def telling(api_server: ApiServer) -> AbstractContextManager[Told]:
    """`make up`'s telling of the run in the block."""
    return telling_by(api_server.kubeconfig.read_text)


@contextmanager
def telling_by(kubeconfig: Callable[[], str | None]) -> Iterator[Told]:
    """The same, with a kubeconfig that is found otherwise."""
    stream = io.StringIO()
    progress = Progress(stream)
    with Waits(kubeconfig, progress.say, patience=PATIENCE, look=LOOK) as waits:
        yield Told(on_event=Condenser(progress, waits), _stream=stream)
