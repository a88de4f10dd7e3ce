"""Turns the engine's events into what a person wants to know: what runs, what changed, what failed."""

import re
import time
from collections.abc import Mapping

from pulumi.automation import EngineEvent, OpType

from local.progress import Progress, spell
from local.urns import is_real, short
from local.waits import Waits

# What happened, in the past tense, by the engine's name of the operation. "same" and reads are no news.
WORDS = {
    OpType.CREATE: "created",
    OpType.UPDATE: "updated",
    OpType.DELETE: "deleted",
    OpType.REPLACE: "replaced",
    OpType.CREATE_REPLACEMENT: "created anew",
    OpType.DELETE_REPLACED: "deleted the old",
}
# Names that fit beside each other on the ticking line.
SHOWN = 3


# Not worth a line beside the errors that caused it: the engine's last word, and the SDK's traceback for each
# resource that was not tried because one that it needs had failed.
CONSEQUENCE = re.compile(
    r"\w+ failed|.*ResourceRegistrationFailed: resource .* failed to register", re.DOTALL
)


def engine_words(failure: Exception) -> str:
    """What the engine printed last, without what surrounds it in the SDK's exception."""
    said = re.search(r"\berror: (.+)", _plain(str(failure)).partition("stderr:")[2], re.DOTALL)
    return said[1] if said else str(failure).strip()


class Errors:
    """Receives the engine's events and keeps the errors."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, str]] = []

    def __call__(self, event: EngineEvent) -> None:
        """Take one event."""
        found = event.diagnostic_event
        if found and found.severity == "error" and not CONSEQUENCE.fullmatch(_plain(found.message)):
            self._texts.append((found.urn or "", _plain(found.message)))

    def told(self, failure: Exception) -> str:
        """The errors as they came, whole; the engine's own words when it ended without an event."""
        return "\n\n".join(self._told(urn, text) for urn, text in self._texts) or str(failure)

    def _told(self, urn: str, text: str) -> str:
        return f"{short(urn) if urn else 'program'}: {text}"


class Condenser(Errors):
    """Shows changes as they end, besides keeping the errors; says of objects what keeps them."""

    def __init__(self, progress: Progress, waits: Waits) -> None:
        super().__init__()
        self._progress, self._waits = progress, waits
        self._started: dict[str, float] = {}
        self._changes: Mapping[OpType, int] = {}

    def __call__(self, event: EngineEvent) -> None:
        """Take one event."""
        super().__call__(event)
        self._waits(event)
        if event.resource_pre_event:
            metadata = event.resource_pre_event.metadata
            if metadata.op in WORDS and is_real(metadata.urn):
                self._started[metadata.urn] = time.monotonic()
        elif event.res_outputs_event:
            self._ended(event.res_outputs_event.metadata.urn, event.res_outputs_event.metadata.op)
        elif event.summary_event:
            self._changes = event.summary_event.resource_changes
        elif event.res_op_failed_event:
            metadata = event.res_op_failed_event.metadata
            self._progress.say(f"  FAILED {short(metadata.urn)}{self._took(metadata.urn)}")
        self._show_running()

    @property
    def summary(self) -> str:
        """The engine's own counts, as `make preview` shows them: `3 created, 12 unchanged`."""
        words = {**WORDS, OpType.SAME: "unchanged"}
        counts = ((self._changes.get(operation), word) for operation, word in words.items())
        return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"

    def _told(self, urn: str, text: str) -> str:
        # What the provider has said itself is not said again.
        more = [line for line in self._waits.last_words(urn) if line.strip() not in text]
        return "\n    ".join([super()._told(urn, text), *more])

    def _ended(self, urn: str, operation: OpType) -> None:
        if is_real(urn) and operation in WORDS:
            self._progress.say(f"  {WORDS[operation]} {short(urn)}{self._took(urn)}")

    def _took(self, urn: str) -> str:
        started = self._started.pop(urn, None)
        return f" ({spell(time.monotonic() - started)})" if started else ""

    def _show_running(self) -> None:
        names = [short(urn) for urn in self._started]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        self._progress.status(", ".join(names[:SHOWN]) + more)


def _plain(message: str) -> str:
    """Without the engine's colour marks."""
    return re.sub(r"<\{%.*?%\}>", "", message).strip()
