"""The answer to a prediction, in the format that it was asked in."""

import base64
import json
from array import array
from typing import Any

from .failure import invalid

# Outputs with this ending hold bytes and not text.
BYTES_SUFFIX = "_bytes"


def write_answer(outputs: dict[str, Any], rows: bool) -> str:
    """JSON from nested lists by output. NaN and Infinity are written so, as TensorFlow Serving does it."""
    plain = {name: _plain(value, name.endswith(BYTES_SUFFIX)) for name, value in outputs.items()}
    if rows:
        return _json({"predictions": _rows(plain)})
    return _json({"outputs": plain if len(plain) > 1 else next(iter(plain.values()))})


def shorten(values: Any) -> Any:
    """Floats of 32 bits in nested lists, with no more digits than they have: 0.1, not 0.10000000149011612."""
    if not isinstance(values, list):
        return shorten([values])[0]
    if values and isinstance(values[0], list):
        return [shorten(inner) for inner in values]
    short = [float(f"{value:.6g}") for value in values]
    # Where six digits are another number, nine are always enough.
    return [
        round_trip if same == value or value != value else float(f"{value:.9g}")
        for value, round_trip, same in zip(values, short, array("f", short), strict=True)
    ]


def _rows(outputs: dict[str, Any]) -> list[Any]:
    size: int | None = None
    for name, value in outputs.items():
        if not isinstance(value, list):
            raise invalid(f"Tensor name: {name} has no shape information ")
        if size not in (None, len(value)):
            raise invalid(f"Tensor name: {name} has inconsistent batch size: {len(value)} expecting: {size}")
        size = len(value)
    if len(outputs) == 1:
        return next(iter(outputs.values()))
    return [dict(zip(outputs, row, strict=True)) for row in zip(*outputs.values(), strict=True)]


def _plain(value: Any, binary: bool) -> Any:
    if isinstance(value, list):
        # Only text needs a look at each value; a list of numbers is taken as it is.
        if value and not isinstance(value[0], list | bytes):
            return value
        return [_plain(inner, binary) for inner in value]
    if not isinstance(value, bytes):
        return value
    return {"b64": base64.b64encode(value).decode()} if binary else value.decode(errors="replace")


def _json(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
