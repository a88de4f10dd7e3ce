"""What a pod knows of the program that serves a model.

Everything else, volumes, probes, rights, rollouts, is the same for each. Another server is one more module
beside tensorflow_serving.py, with a function that returns this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONFIG_DIRECTORY = "/config"


@dataclass(frozen=True, kw_only=True)
class ServerProgram:
    """How a server is started, what it reads, and how it says that it can answer."""

    command: Sequence[str]
    arguments: Sequence[str]
    other_ports: Mapping[str, int]
    """Ports besides `http`, by name."""
    loaded_path: str
    """HTTP path that is 200 exactly while the model can answer."""
    predict_path: str
    files: Mapping[str, str]
    """Text of each file in CONFIG_DIRECTORY, by name."""
    read_at_start: str
    """What of the files is read only when the server starts: another text rolls the pods."""
