"""The interface between the pod and the model server's program.

Volumes, probes, security context and rollouts are the same for each program. Support for another model server
is one more module beside tensorflow_serving.py, with a function that returns a ServerProgram.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONFIG_DIRECTORY = "/config"


@dataclass(frozen=True, kw_only=True)
class ServerProgram:
    """Command, configuration files and probe path of a model server."""

    command: Sequence[str]
    arguments: Sequence[str]
    other_ports: Mapping[str, int]
    """Ports besides `http`, by name."""
    probe_path: str
    """HTTP path that returns 200 exactly while the model is loaded."""
    predict_path: str
    files: Mapping[str, str]
    """Text of each file in CONFIG_DIRECTORY, by name."""
    read_at_start: str
    """The files that the server reads only at startup: a change triggers a rollout."""
