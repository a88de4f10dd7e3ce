"""The schema of structured (JSON) logs of inference and training: fields and their types.

A program logs one JSON object per line. All fields are optional. Other fields are stored but not indexed, so
that fields of one program cannot conflict with the mapping of another's.
"""

from collections.abc import Mapping
from typing import Any

# By field name: Elasticsearch's field type, and the meaning.
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
    """Elasticsearch's mapping of the fields, with `dynamic: false`."""
    return {
        "type": "object",
        "dynamic": False,
        "properties": {name: {"type": kind} for name, (kind, _) in FIELDS.items()},
    }
