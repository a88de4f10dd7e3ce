"""Several versions of a model at once, and labels that move between them while they answer."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from .flags import UsageError
from .model import Model
from .model_config import ModelConfig, read_model_config
from .versions import numbered_folders


class ConfiguredVersions:
    """The versions that the configuration file asks for. They are loaded once, at the start."""

    def __init__(self, file: Path, load: Callable[[str], Callable[[int, Path], Model]]) -> None:
        self._file, self._load = file, load
        self._models: dict[int, Model] = {}
        config = read_model_config(file.read_text())
        self.name, self._config = config.name, config
        # Replaced whole: other threads read it.
        self.labels: dict[str, int] = config.labels
        self.ended: dict[int, str] = {}

    def start(self) -> None:
        """Load every version."""
        base, wanted = self._config.base_path, self._config.versions
        found = {
            number: path
            for number, path in numbered_folders(base).items()
            if wanted is None or number in wanted
        }
        if not found:
            raise UsageError(f"no versions of the model under {base}: there must be a folder with a number")
        load = self._load(self.name)
        self._models = {number: load(number, path) for number, path in sorted(found.items())}

    @property
    def available(self) -> list[int]:
        """The numbers of the loaded versions."""
        return list(self._models)

    def find(self, number: int | None) -> Model | None:
        """The version of that number, or the highest."""
        return self._models.get(max(self._models) if number is None else number)

    def watch(self, seconds: float) -> None:
        """Look at the file again and again, in a thread that ends with the process."""

        def loop() -> None:
            while True:
                time.sleep(seconds)
                self.look()

        threading.Thread(target=loop, name="labels", daemon=True).start()

    def look(self) -> None:
        """Take the labels that the file has now. One in use moves only to a version that is loaded."""
        try:
            config = read_model_config(self._file.read_text())
            self._refuse_other_versions(config)
        except (UsageError, OSError) as error:
            print(f"Warning: {error}; the labels stay as they are", flush=True)
            return
        if config.labels != self.labels:
            print(f"Labels of {self.name} are now {config.labels}", flush=True)
            self.labels = config.labels

    def _refuse_other_versions(self, config: ModelConfig) -> None:
        gone = {
            label: number
            for label, number in config.labels.items()
            if label in self.labels and self.labels[label] != number and number not in self._models
        }
        for label, number in gone.items():
            raise UsageError(
                f"Request to assign label {label} to version {number} of model {self.name}, "
                "which is not currently available for inference"
            )
