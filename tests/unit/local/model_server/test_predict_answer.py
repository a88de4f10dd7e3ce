"""Answers of predictions: the format of the request, and numbers with no more digits than they have."""

import json
import struct

import pytest

from local.model_server.server.failure import Failure
from local.model_server.server.predict_answer import shorten, write_answer


def single(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


def test_rows_and_columns_of_one_output_have_no_name():
    assert write_answer({"y": [2.5, 3.0]}, rows=True) == '{"predictions":[2.5,3.0]}'
    assert write_answer({"y": [2.5, 3.0]}, rows=False) == '{"outputs":[2.5,3.0]}'


def test_several_outputs_are_named_in_each_row():
    outputs = {"a": [1, 2], "b": [[True], [False]]}
    assert json.loads(write_answer(outputs, rows=True)) == {
        "predictions": [{"a": 1, "b": [True]}, {"a": 2, "b": [False]}]
    }
    assert json.loads(write_answer(outputs, rows=False)) == {"outputs": outputs}


def test_text_is_text_and_bytes_are_base64_by_the_outputs_name():
    outputs = {"text": [["é".encode()]], "picture_bytes": [b"\xff"]}
    assert json.loads(write_answer(outputs, rows=False)) == {
        "outputs": {"text": [["é"]], "picture_bytes": [{"b64": "/w=="}]}
    }


def test_a_scalar_cannot_be_a_row():
    with pytest.raises(Failure, match="y has no shape information"):
        write_answer({"y": 1.0}, rows=True)
    assert write_answer({"y": 1.0}, rows=False) == '{"outputs":1.0}'


def test_outputs_of_different_length_cannot_be_rows():
    with pytest.raises(Failure, match="b has inconsistent batch size: 1 expecting: 2"):
        write_answer({"a": [1, 2], "b": [1]}, rows=True)


def test_floats_lose_the_digits_that_they_do_not_have():
    assert shorten([single(0.1), single(2.1)]) == [0.1, 2.1]
    assert shorten([[single(1 / 3)]]) == [[0.333333343]]
    assert shorten(single(0.1)) == 0.1
    assert shorten([]) == []


@pytest.mark.parametrize("value", [0.1, 1 / 3, 16777217, 3e38, 1e-45, -2.5e-7])
def test_a_shortened_float_is_still_the_same_float(value: float):
    assert single(shorten(single(value))) == single(value)


def test_what_is_not_finite_is_written_as_tensorflow_serving_does():
    values = shorten([float("nan"), float("inf"), float("-inf")])
    assert write_answer({"y": values}, rows=True) == '{"predictions":[NaN,Infinity,-Infinity]}'
