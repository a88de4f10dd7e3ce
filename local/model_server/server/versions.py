"""The versions of a model: the highest number in its directory is served, and replaced without a gap."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .flags import UsageError
from .model import Model

# A version that cannot be loaded, as while it is still being copied, is tried again after this time.
RETRY_SECONDS = 60.0


class LoadError(Exception):
    """A version cannot be loaded."""


class Versions:
    """The version that answers, and what became of others."""

    def __init__(self, base: Path, load: Callable[[int, Path], Model]) -> None:
        self._base, self._load = base, load
        self._model: Model | None = None
        # When a version that failed may be tried again.
        self._retry: dict[int, float] = {}
        # Only a configuration file gives versions other names.
        self.labels: dict[str, int] = {}
        # Versions that no longer or never answered, with the error. Replaced whole: other threads read it.
        self.ended: dict[int, str] = {}

    @property
    def available(self) -> list[int]:
        """The number of the loaded version."""
        return [self.model.version]

    def find(self, number: int | None) -> Model | None:
        """The loaded version, if it is the one that is asked for."""
        model = self.model
        return model if number in (None, model.version) else None

    @property
    def model(self) -> Model:
        """The loaded version; there is one from the end of `start` on."""
        assert self._model, "no version was loaded"
        return self._model

    def start(self, poll_seconds: float) -> None:
        """Load the first version. A directory that is looked at again may be empty until then."""
        while (found := newest_version(self._base)) is None:
            if not poll_seconds:
                raise UsageError(
                    f"no versions of the model under {self._base}: there must be a folder with a number"
                )
            time.sleep(poll_seconds)
        self._model = self._load(*found)

    def watch(self, poll_seconds: float) -> None:
        """Look at the directory again and again, in a thread that ends with the process."""

        def loop() -> None:
            while True:
                time.sleep(poll_seconds)
                self.look()

        threading.Thread(target=loop, name="versions", daemon=True).start()

    def look(self) -> None:
        """Load what is newest now. The old version answers until then, and in the requests that have it."""
        try:
            found = newest_version(self._base)
        except UsageError as error:
            print(f"Warning: {error}", flush=True)
            return
        old = self.model
        # An emptied directory takes nothing away from those who ask.
        if found is None or found[0] == old.version or time.monotonic() < self._retry.get(found[0], 0):
            return
        version = found[0]
        try:
            self._model = self._load(*found)
        except LoadError as error:
            print(f"Warning: {error}; {old.version} goes on answering", flush=True)
            self._retry[version] = time.monotonic() + RETRY_SECONDS
            self.ended = {**self.ended, version: str(error)}
            return
        self._retry.clear()
        self.ended = {
            number: error for number, error in {**self.ended, old.version: ""}.items() if number != version
        }


def newest_version(base: Path) -> tuple[int, Path] | None:
    """The highest number among the directory's folders, and that folder."""
    return max(numbered_folders(base).items(), default=None)


def numbered_folders(base: Path) -> dict[int, Path]:
    """The directory's folders with a number, by it."""
    try:
        found = [path for path in base.iterdir() if re.fullmatch(r"[0-9]+", path.name) and path.is_dir()]
    except OSError as error:
        raise UsageError(f"cannot read the model's directory: {error}") from error
    return {int(path.name): path for path in found}
