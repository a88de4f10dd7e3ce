"""No stack traces in the state: where in the program each resource is made."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_traces() -> Iterator[None]:
    """While this lasts, the SDK does not tell the engine where a resource is made.

    Whole stacks are half of a state that the engine writes twice with every step, the last frame alone is a
    twenty-fifth, and nothing reads them. An exception is shown with its whole traceback all the same: that is
    made after this has ended.
    """
    before = getattr(sys, "tracebacklimit", None)
    # The SDK looks for the resource's constructor among so many of the newest frames, and finds none.
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
