"""Loads a SavedModel with TensorFlow and runs it, in a session as TensorFlow Serving does.

The only module that knows TensorFlow, whose import takes seconds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict

from .failure import Failure, invalid
from .model import Model, Signature, Tensor
from .predict_answer import shorten

_STATUS = {code: name for name, code in vars(tf.errors).items() if name.isupper() and isinstance(code, int)}


def load(name: str, version: int, folder: Path) -> Model:
    """Load the graph for serving, restore its variables and prepare each of its signatures."""
    # It advises against sessions each time; they are what TensorFlow Serving itself runs.
    tf.get_logger().setLevel("ERROR")
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        graph = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(folder))
        # A SavedModel marks its initialiser by a signature of its own; Serving shows it, nobody calls it.
        signatures = {
            key: _signature(session, definition)
            for key, definition in graph.signature_def.items()
            if definition.outputs
        }
    described = {
        key: MessageToDict(
            definition, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        for key, definition in graph.signature_def.items()
    }
    return Model(name=name, version=version, signatures=signatures, described=described)


def _signature(session: Any, definition: Any) -> Signature:
    inputs = {key: _tensor(info) for key, info in definition.inputs.items()}
    fetched = {key: info.name for key, info in definition.outputs.items()}
    # Prepared once: the session then neither looks names up nor prunes the graph again.
    call = session.make_callable(
        list(fetched.values()), feed_list=[info.name for info in definition.inputs.values()]
    )
    return Signature(inputs=inputs, run=_runner(call, inputs, list(fetched)))


def _runner(
    call: Callable[..., Any], inputs: dict[str, Tensor], outputs: list[str]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    types = {name: tf.as_dtype(_dtype(tensor)).as_numpy_dtype for name, tensor in inputs.items()}

    def run(values: dict[str, Any]) -> dict[str, Any]:
        try:
            # A number that is too large for a float is infinite there, as in TensorFlow Serving.
            with np.errstate(over="ignore"):
                fed = [np.array(values[name], dtype=kind) for name, kind in types.items()]
        except (OverflowError, ValueError) as error:
            raise invalid(f"a value does not fit its type: {error}") from None
        try:
            fetched = call(*fed)
        except tf.errors.OpError as error:
            raise Failure(_STATUS.get(error.error_code, "UNKNOWN"), error.message) from None
        return {name: _nested(array) for name, array in zip(outputs, fetched, strict=True)}

    return run


def _dtype(tensor: Tensor) -> str:
    # DataTypeString has short names for two types that numpy and TensorFlow call by their size.
    return {"float": "float32", "double": "float64"}.get(tensor.dtype, tensor.dtype)


def _tensor(info: Any) -> Tensor:
    name = tf.as_dtype(info.dtype).name
    shape = info.tensor_shape
    return Tensor(
        dtype={"float32": "float", "float64": "double"}.get(name, name),
        shape=None if shape.unknown_rank else tuple(dim.size for dim in shape.dim),
    )


def _nested(value: Any) -> Any:
    array = np.asarray(value)
    nested = array.tolist()
    return shorten(nested) if array.dtype == np.float32 else nested
