"""Loads a SavedModel with TensorFlow and runs it, in a session as TensorFlow Serving does.

The only module that uses TensorFlow, whose import takes seconds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.json_format import MessageToDict
from tensorflow.python.client.session import Session
from tensorflow.python.framework import errors
from tensorflow.python.framework.dtypes import as_dtype
from tensorflow.python.framework.ops import Graph
from tensorflow.python.platform import tf_logging
from tensorflow.python.saved_model import loader, tag_constants

from .failure import HTTP_CODES, Failure, invalid
from .model import Model, Signature, Tensor
from .predict_answer import shorten

# What DataTypeString of TensorFlow Serving calls differently.
_SERVING_NAMES = {"float32": "float", "float64": "double"}
_STATUS = {getattr(errors, name): name for name in HTTP_CODES}


def load(version: int, folder: Path) -> Model:
    """Load the graph for serving, restore its variables and prepare each of its signatures."""
    # It advises against sessions each time; they are what TensorFlow Serving itself runs.
    tf_logging.set_verbosity(tf_logging.ERROR)
    session = Session(graph=Graph())
    with session.graph.as_default():
        graph = loader.load(session, [tag_constants.SERVING], str(folder))
        signatures = {
            key: _signature(session, definition)
            for key, definition in graph.signature_def.items()
            # A sparse tensor has no single name, and no JSON.
            if all(info.name for info in [*definition.inputs.values(), *definition.outputs.values()])
        }
    described = {
        key: MessageToDict(
            definition, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        for key, definition in graph.signature_def.items()
    }
    return Model(version=version, signatures=signatures, described=described)


def _signature(session: Session, definition: Any) -> Signature:
    fetched = {key: info.name for key, info in definition.outputs.items()}
    # Prepared once: the session then neither looks names up nor prunes the graph again.
    call = session.make_callable(
        list(fetched.values()), feed_list=[info.name for info in definition.inputs.values()]
    )
    types = {key: as_dtype(info.dtype).as_numpy_dtype for key, info in definition.inputs.items()}
    inputs = {key: _tensor(info) for key, info in definition.inputs.items()}
    return Signature(inputs=inputs, run=_runner(call, types, list(fetched)))


def _runner(
    call: Callable[..., Any], types: dict[str, Any], outputs: list[str]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def run(values: dict[str, Any]) -> dict[str, Any]:
        try:
            # A number that is too large for a float is infinite there, as in TensorFlow Serving.
            with np.errstate(over="ignore"):
                fed = [np.array(values[name], dtype=kind) for name, kind in types.items()]
        except (OverflowError, ValueError) as error:
            raise invalid(f"a value does not fit its type: {error}") from None
        try:
            fetched = call(*fed)
        except errors.OpError as error:
            raise Failure(_STATUS.get(error.error_code, "UNKNOWN"), error.message) from None
        return {name: _nested(array) for name, array in zip(outputs, fetched, strict=True)}

    return run


def _tensor(info: Any) -> Tensor:
    name, shape = as_dtype(info.dtype).name, info.tensor_shape
    return Tensor(
        dtype=_SERVING_NAMES.get(name, name),
        shape=None if shape.unknown_rank else tuple(dim.size for dim in shape.dim),
    )


def _nested(value: Any) -> Any:
    array = np.asarray(value)
    nested = array.tolist()
    return shorten(nested) if array.dtype == np.float32 else nested
