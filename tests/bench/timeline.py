"""Where the time went in an `up`, read from the state: when each Command ended and what it waited for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# What leads to a prepared machine, in the order of the report. The last two run beside each other.
PARTS = ("preflight", "firewall", "bundle", "prepare", "kubelet", "network")


class Timeline:
    """The Commands of a stack that was brought up in one run."""

    def __init__(self, resources: Mapping[str, Mapping[str, Any]]) -> None:
        commands = {
            name: found for name, found in resources.items() if found["type"] == "command:local:Command"
        }
        # The engine writes it when the resource has been made.
        self._ends = {name: datetime.fromisoformat(found["created"]) for name, found in commands.items()}
        self._needs = {
            name: [urn.rpartition("::")[2] for urn in found.get("dependencies", [])]
            for name, found in commands.items()
        }

    def seconds(self, name: str) -> float:
        """How long a Command took: from the end of the last thing that it needed."""
        began = max(self._ends[need] for need in self._needs[name] if need in self._ends)
        return (self._ends[name] - began).total_seconds()

    def last(self, *kinds: str, of: str = "") -> datetime:
        """When the last Command of these kinds ended, on one machine or on all."""
        return max(self._ends[name] for name in self._named(*kinds) if name.startswith(of))

    def slowest(self, kind: str) -> float:
        """How long a kind of Command took on the machine where it took longest."""
        return max(map(self.seconds, self._named(kind)))

    def _named(self, *kinds: str) -> list[str]:
        return [name for name in self._ends if name.rpartition("-")[2] in kinds]


def phases(timeline: Timeline, control_plane: str) -> dict[str, float]:
    """From running machines to Ready nodes: phases that add up to `total`, and parts of `preparation`."""
    marks = {
        "preparation": timeline.last(*PARTS, of=control_plane),
        "init": timeline.last("init"),
        "join": timeline.last("join"),
        "ready": timeline.last("ready"),
    }
    began = before = timeline.last("machine")
    found: dict[str, float] = {}
    for phase, end in marks.items():
        found[phase] = (end - before).total_seconds()
        before = end
    found["total"] = (before - began).total_seconds()
    return found | {part: timeline.slowest(part) for part in PARTS}
