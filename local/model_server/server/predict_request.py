"""The body of a prediction: rows (`instances`) or columns (`inputs`), checked against a signature."""

import json
from dataclasses import dataclass
from typing import Any

from .failure import Failure, invalid
from .model import Tensor
from .tensors import Dense, dense, is_binary, show


@dataclass(frozen=True, kw_only=True)
class Request:
    """A body that is JSON; which signature it fits is not known yet."""

    body: dict[str, Any]
    # Empty is the default signature.
    signature_name: str


def read_request(content: bytes) -> Request:
    """Parse a body. What stands after the JSON value is ignored, as TensorFlow Serving does it."""
    if not content:
        raise invalid("JSON Parse error: The document is empty")
    try:
        text = content.decode()
        body, _ = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except json.JSONDecodeError as error:
        raise invalid(f"JSON Parse error: {error.msg} at offset: {error.pos}") from None
    except (ValueError, RecursionError) as error:
        raise invalid(f"JSON Parse error: {error}") from None
    if not isinstance(body, dict):
        raise invalid(f"JSON Value: {show(body)} Is not object")
    name = body.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {show(body)} not formatted correctly. 'signature_name' key must be a string value."
        )
    return Request(body=body, signature_name=name)


def read_inputs(body: dict[str, Any], inputs: dict[str, Tensor]) -> tuple[dict[str, Any], bool]:
    """The nested lists by input, and whether they came as rows."""
    if "instances" in body and "inputs" in body:
        raise invalid(
            f"JSON Value: {show(body)} Not formatted correctly expecting only one of 'inputs' or "
            "'instances' keys to exist "
        )
    if "instances" in body:
        rows = body["instances"]
        if not isinstance(rows, list):
            raise invalid(f"JSON Value: {show(body)} Expecting 'instances' to be an list/array")
        if not rows:
            raise invalid(f"JSON Value: {show(body)} No values in 'instances' array")
        tensors = _from_rows(rows, inputs)
    elif "inputs" in body:
        tensors = _from_columns(body["inputs"], inputs)
    else:
        raise invalid("Missing 'inputs' or 'instances' key")
    for name, tensor in tensors.items():
        _fit(name, tensor.shape, inputs[name].shape)
    return {name: tensor.values for name, tensor in tensors.items()}, "instances" in body


def _from_columns(value: Any, inputs: dict[str, Tensor]) -> dict[str, Dense]:
    if not isinstance(value, dict) or is_binary(value):
        if len(inputs) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors "
                "required as per tensorinfo_map"
            )
        return {name: dense(value, tensor.dtype) for name, tensor in inputs.items()}
    for name in inputs:
        if name not in value:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: dense(value[name], tensor.dtype) for name, tensor in inputs.items()}


def _from_rows(rows: list[Any], inputs: dict[str, Tensor]) -> dict[str, Dense]:
    if not isinstance(rows[0], dict) and len(inputs) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map"
        )
    named = _is_named(rows[0])
    columns: dict[str, list[Dense]] = {name: [] for name in inputs}
    for place, row in enumerate(rows):
        if _is_named(row) != named:
            found = "list" if named else "object"
            wanted = "object" if named else "value/list"
            raise invalid(f"Expecting {wanted} but got {found} at item {place} of input list")
        for name, value in (row if named else {next(iter(inputs)): row}).items():
            where = f"{place} key: {name}" if named else f"{place}"
            try:
                _add(columns, name, value, inputs)
            except Failure as failure:
                raise invalid(
                    f"Failed to process element: {where} of 'instances' list. "
                    f"Error: {failure.status}: {failure}"
                ) from None
        if named and row.keys() != inputs.keys():
            raise invalid(
                f"Failed to process element: {place} of 'instances' list. JSON object: {show(row)} "
                f"keys must be equal to: {','.join(sorted(inputs))}"
            )
    return {
        name: Dense(shape=(len(rows), *column[0].shape), values=[item.values for item in column])
        for name, column in columns.items()
    }


def _add(columns: dict[str, list[Dense]], name: str, value: Any, inputs: dict[str, Tensor]) -> None:
    if name not in inputs:
        raise invalid(f"JSON object: does not have named input: {name}")
    item, column = dense(value, inputs[name].dtype), columns[name]
    if column and column[0].shape != item.shape:
        raise invalid(f"Expecting shape {_shown(column[0].shape)} but got: {_shown(item.shape)}")
    column.append(item)


def _is_named(row: Any) -> bool:
    return isinstance(row, dict) and not is_binary(row)


def _fit(name: str, shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> None:
    # TensorFlow Serving leaves this to the model's operations, which find some wrong shapes and not others.
    if wanted is None:
        return
    sizes = zip(shape, wanted, strict=False)
    if len(shape) != len(wanted) or any(size != want and want >= 0 for size, want in sizes):
        raise invalid(f"input {name} has the shape {_shown(shape)}, its signature says {_shown(wanted)}")


def _shown(shape: tuple[int, ...]) -> str:
    return f"[{','.join(str(size) for size in shape)}]"
