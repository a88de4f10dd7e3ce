"""The state is kept small, and errors are shown whole."""

import traceback

from pulumi.runtime import resource

from stacks.traces import without_traces


class Base:
    def __init__(self):
        self.trace = resource._get_stack_trace()  # pyright: ignore[reportPrivateUsage]


class Custom(Base):
    def __init__(self):
        super().__init__()


class Concrete(Custom):
    def __init__(self):
        super().__init__()


def deep(levels, do):
    return deep(levels - 1, do) if levels else do()


def test_a_resource_does_not_carry_the_stack_that_led_to_it():
    with without_traces():
        assert not deep(30, Concrete).trace.frames


def test_an_error_of_the_program_is_shown_to_the_line_that_raised_it():
    def fail():
        raise ValueError("here")

    try:
        with without_traces():
            deep(30, fail)
    except ValueError as error:
        shown = "".join(traceback.format_exception(error))
    assert 'raise ValueError("here")' in shown
