"""What keeps an object that is to go."""

from collections.abc import Mapping
from typing import Any


def held_by(live: Mapping[str, Any]) -> list[str]:
    """What holds an object whose deletion was asked for; nothing for one that stays."""
    metadata, status = live["metadata"], live.get("status") or {}
    if not metadata.get("deletionTimestamp"):
        return []
    said = [
        found.get("message", "")
        for found in status.get("conditions") or []
        if live["kind"] == "Namespace" and found.get("status") == "True"
    ]
    finalizers = metadata.get("finalizers") or []
    return said + ([f"finalizers that hold it: {', '.join(finalizers)}"] if finalizers else [])
