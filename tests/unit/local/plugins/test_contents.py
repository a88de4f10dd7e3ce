"""The state has what a ConfigMap holds once, and never loses what somebody else has put there."""

import pytest

from local.plugins.kubernetes.contents import without_contents

MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"k": "v"}}


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_what_is_as_the_program_gave_it_is_left_out(kind):
    one = {**MAP, "kind": kind}
    assert without_contents(one, one) == {key: value for key, value in one.items() if key != "data"}


@pytest.mark.parametrize("inputs", [{**MAP, "data": {"k": "w"}}, {"kind": "ConfigMap"}, {}])
def test_what_is_otherwise_is_kept(inputs):
    assert without_contents(MAP, inputs) == MAP


def test_another_kind_keeps_everything_that_a_preview_may_ask_for():
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {}, "data": {}}
    assert without_contents(quota, quota) == quota
    other = {**MAP, "apiVersion": "example.com/v1"}
    assert without_contents(other, other) == other
