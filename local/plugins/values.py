"""Property values between the engine's protobuf form and plain Python."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

# What the engine sends and expects for a value that is not known yet (sdk/go/common/resource/plugin).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# The key that makes an object more than an object, and its value for a secret (sdk/go/common/resource/sig).
_SPECIAL = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


def to_python(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A Struct as a dict.

    Protobuf has only floating-point numbers; whole ones come back as integers. Secrets come back as what they
    hold: the engine sends a provider's own settings with their marks.
    """
    return {key: _value(value) for key, value in struct.fields.items()}


def _value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            inner = to_python(value.struct_value)
            return inner.get("value") if inner.get(_SPECIAL) == _SECRET else inner
        case "list_value":
            return [_value(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "string_value":
            return value.string_value
        case _:
            return None


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A dict as a Struct."""
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def without_nulls(value: Any) -> Any:
    """The same without keys that have no value: a program's way of leaving something out."""
    if isinstance(value, Mapping):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value
