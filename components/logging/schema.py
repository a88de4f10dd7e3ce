"""The one schema of structured logs: what a line of JSON of inference and training may say, and of what type.

A program writes one object a line. Every key is optional, and a key that is not here is kept but cannot be
searched: so no program's habits can make Elasticsearch refuse another one's lines.
"""

from collections.abc import Mapping
from typing import Any

# By key: Elasticsearch's type, and what it means.
FIELDS: Mapping[str, tuple[str, str]] = {
    "event": ("keyword", "what happened: `request`, `load`, `step`, `checkpoint`, `end`"),
    "level": ("keyword", "`debug`, `info`, `warning` or `error`"),
    "request_id": ("keyword", "of the header `x-request-id`, or made by whoever answers first"),
    "model": ("keyword", "the name in the URL"),
    "version": ("long", "of the model that answered"),
    "status": ("short", "HTTP status of the answer"),
    "latency_ms": ("float", "from the request's first byte read to the answer's last byte written"),
    "instances": ("integer", "in the request"),
    "job": ("keyword", "the training job"),
    "worker": ("short", "its number, from 0"),
    "step": ("long", "of the training"),
    "epoch": ("integer", "of the training"),
    "loss": ("double", "at this step"),
    "error": ("text", "what went wrong, with its trace"),
}


def structured_mapping() -> dict[str, Any]:
    """Elasticsearch's mapping of the fields."""
    return {
        "type": "object",
        "dynamic": False,
        "properties": {name: {"type": kind} for name, (kind, _) in FIELDS.items()},
    }
