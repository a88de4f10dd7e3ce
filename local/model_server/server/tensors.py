"""One JSON value as a tensor: its shape is that of the first elements, its type is the signature's."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .failure import Failure, invalid

# Characters of a value that an error shows.
SHOWN = 256
_NUMBERS = frozenset({int, float})
_ALLOWED: dict[str, frozenset[type]] = {
    "float": _NUMBERS,
    "double": _NUMBERS,
    "bool": frozenset({bool}),
    "string": frozenset({str}),
}
_RANGES = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_NAMES = {dict: "Object", list: "Array", str: "String", int: "Number", float: "Number", type(None): "Null"}


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A tensor's values as nested lists, and its shape."""

    shape: tuple[int, ...]
    values: Any


def dense(value: Any, dtype: str) -> Dense:
    """Check a JSON value and decode what is binary in it."""
    shape = tuple(_sizes(value))
    return Dense(shape=shape, values=_checked(value, dtype, shape, 0))


def show(value: Any) -> str:
    """The beginning of a value as JSON, for an error."""
    text = ""
    for part in json.JSONEncoder(separators=(",", ":")).iterencode(value):
        text += part
        if len(text) >= SHOWN:
            break
    return text[:SHOWN]


def is_binary(value: Any) -> bool:
    """Whether it is `{"b64": "..."}`."""
    return isinstance(value, dict) and value.keys() == {"b64"} and isinstance(value["b64"], str)


def _sizes(value: Any) -> Iterator[int]:
    while isinstance(value, list):
        yield len(value)
        value = value[0] if value else None


def _checked(value: Any, dtype: str, shape: tuple[int, ...], level: int) -> Any:
    if not isinstance(value, list):
        if level != len(shape):
            raise invalid(
                f"JSON Value: {show(value)} found at incorrect level: {level + 1} in the JSON DOM. "
                f"Expected at level: {len(shape)}"
            )
        return _leaf(value, dtype)
    if level >= len(shape):
        raise invalid(f"Encountered list at unexpected level: {level} expected < {len(shape)}")
    if len(value) != shape[level]:
        raise invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}"
        )
    # A list of nothing but numbers is checked at once: pictures have hundreds of thousands of them.
    if level + 1 == len(shape) and dtype in ("float", "double") and _NUMBERS.issuperset(map(type, value)):
        return value
    return [_checked(inner, dtype, shape, level + 1) for inner in value]


def _leaf(value: Any, dtype: str) -> Any:
    if dtype == "string" and isinstance(value, dict):
        return _binary(value)
    if dtype in _RANGES:
        low, high = _RANGES[dtype]
        fits = type(value) is int and low <= value <= high
    elif dtype in _ALLOWED:
        fits = type(value) in _ALLOWED[dtype]
    else:
        raise Failure("UNIMPLEMENTED", f"Conversion of JSON Value: {show(value)} to type: {dtype}")
    if not fits:
        # True and False are kinds of their own there.
        name = str(value) if isinstance(value, bool) else _NAMES[type(value)]
        raise invalid(f"JSON Value: {show(value)} Type: {name} is not of expected type: {dtype}")
    return value.encode() if isinstance(value, str) else value


def _binary(value: dict[str, Any]) -> bytes:
    if not is_binary(value):
        raise invalid(f"JSON Value: {show(value)} not formatted correctly for base64 data")
    text = value["b64"].rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise invalid("Unable to base64 decode") from None
