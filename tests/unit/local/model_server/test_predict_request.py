"""Bodies of predictions: both formats, and an error that says what is wrong with which element."""

import json
import re
from typing import Any

import pytest

from local.model_server.server.failure import Failure
from local.model_server.server.model import Tensor
from local.model_server.server.predict_request import read_inputs, read_request

ONE = {"x": Tensor(dtype="float", shape=(-1,))}
TWO = {"image": Tensor(dtype="float", shape=(-1, 2, 2)), "tag": Tensor(dtype="string", shape=(-1,))}
ANY = {"x": Tensor(dtype="float", shape=None)}


def read(body: str, inputs: dict[str, Tensor]) -> tuple[dict[str, Any], bool]:
    return read_inputs(read_request(body.encode()).body, inputs)


def refusal(body: str, inputs: dict[str, Tensor] = ONE) -> str:
    with pytest.raises(Failure) as failed:
        read(body, inputs)
    assert failed.value.status == "INVALID_ARGUMENT"
    return str(failed.value)


def test_rows_of_plain_values_are_one_batch():
    assert read('{"instances": [1.0, 2, 5e0]}', ONE) == ({"x": [1.0, 2, 5.0]}, True)


def test_rows_of_objects_become_a_batch_for_each_input():
    row = '{"image": [[1, 2], [3, 4]], "tag": "a"}'
    image = [[1, 2], [3, 4]]
    assert read(f'{{"instances": [{row}, {row}]}}', TWO) == (
        {"image": [image, image], "tag": [b"a", b"a"]},
        True,
    )


def test_columns_may_name_their_input_or_not():
    assert read('{"inputs": [1, 2]}', ONE) == ({"x": [1, 2]}, False)
    assert read('{"inputs": {"x": [1, 2]}}', ONE) == ({"x": [1, 2]}, False)


def test_binary_values_are_decoded_with_or_without_padding():
    text = {"tag": Tensor(dtype="string", shape=(-1,))}
    assert read('{"instances": [{"b64": "aGk="}, {"b64": "aGk"}]}', text) == ({"tag": [b"hi", b"hi"]}, True)
    assert "not formatted correctly for base64" in refusal('{"instances": [{"tag": {"b": "x"}}]}', text)
    assert "Unable to base64 decode" in refusal('{"instances": [{"b64": "?"}]}', text)


def test_not_a_number_and_infinity_are_numbers():
    values, _ = read('{"instances": [NaN, -Infinity]}', ONE)
    assert str(values["x"]) == "[nan, -inf]"


def test_what_follows_the_json_is_ignored_as_in_tensorflow_serving():
    assert read(' {"instances": [1]} trailing', ONE) == ({"x": [1]}, True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "JSON Parse error: The document is empty"),
        ("{", "JSON Parse error: .* at offset: 1"),
        ('{"instances": [' + "[" * 100_000, "JSON Parse error"),
        ("[1]", r"JSON Value: \[1\] Is not object"),
        ('{"signature_name": 3}', "'signature_name' key must be a string value"),
        ("{}", "Missing 'inputs' or 'instances' key"),
        ('{"inputs": [1], "instances": [1]}', "only one of 'inputs' or 'instances'"),
        ('{"instances": 1}', "Expecting 'instances' to be an list/array"),
        ('{"instances": []}', "No values in 'instances' array"),
        (
            '{"instances": ["a"]}',
            'element: 0 of .*: JSON Value: "a" Type: String is not of expected type: float',
        ),
        ('{"instances": [1, true]}', "element: 1 of .* Type: True is not of expected type: float"),
        ('{"instances": [null]}', "Type: Null is not of expected type: float"),
        ('{"instances": [1, [2]]}', r"Expecting shape \[\] but got: \[1\]"),
        ('{"instances": [1, {"x": 2}]}', "Expecting value/list but got object at item 1 of input list"),
        ('{"instances": [{"x": 1}, 2]}', "Expecting object but got list at item 1 of input list"),
        ('{"instances": [{"y": 1}]}', "element: 0 key: y .* does not have named input: y"),
        ('{"instances": [{}]}', "keys must be equal to: x"),
        ('{"instances": [[1, 2]]}', r"input x has the shape \[1,2\], its signature says \[-1\]"),
        ('{"inputs": 1}', r"input x has the shape \[\], its signature says \[-1\]"),
        ('{"inputs": {"y": 1}}', "Missing named input: x in 'inputs' object."),
        ('{"inputs": [[1, 2], [3]]}', "list at unexpected size: 1 at level: 1 expected size: 2"),
        ('{"inputs": [1, [2]]}', "list at unexpected level: 1 expected < 1"),
        ('{"inputs": [[1], 2]}', "found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
    ],
)
def test_a_wrong_body_is_refused_with_the_reason(body: str, said: str):
    assert re.search(said, refusal(body))


def test_a_plain_value_for_a_model_with_several_inputs_is_refused():
    assert "instances is a plain list" in refusal('{"instances": [1]}', TWO)
    assert "inputs is a plain value/list" in refusal('{"inputs": [1]}', TWO)


@pytest.mark.parametrize(
    ("dtype", "good", "bad"),
    [
        ("int32", [-(2**31), 2**31 - 1], [2**31, 1.0, "1", True]),
        ("uint8", [0, 255], [-1, 256]),
        ("int64", [2**63 - 1], [2**63]),
        ("bool", [True, False], [1, "true"]),
        ("string", ["é"], [1, None]),
    ],
)
def test_values_that_a_type_cannot_hold_are_refused(dtype: str, good: list[Any], bad: list[Any]):
    inputs = {"x": Tensor(dtype=dtype, shape=(-1,))}
    read(json.dumps({"inputs": good}), inputs)
    for value in bad:
        assert f"is not of expected type: {dtype}" in refusal(json.dumps({"inputs": [value]}), inputs)


def test_a_type_that_json_cannot_carry_is_said_to_be_missing():
    with pytest.raises(Failure, match="to type: complex64") as failed:
        read('{"inputs": [1]}', {"x": Tensor(dtype="complex64", shape=(-1,))})
    assert failed.value.status == "UNIMPLEMENTED"


def test_a_huge_wrong_value_is_not_sent_back_whole():
    assert len(refusal(json.dumps({"instances": {"x": "y" * 100_000}}))) < 400


def test_a_model_of_any_rank_takes_any_shape():
    assert read('{"inputs": [[[1]]]}', ANY) == ({"x": [[[1]]]}, False)
